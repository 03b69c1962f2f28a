import type { Output, Sink, SinkFormat, SinkSettings } from '../../contract.js'

/** The report for a person: what was read, what was found and why, what was not checked, how to check a citation. */
export const reportText = {
  id: 'report-text',
  title: 'Report as text',
  fileName: 'report.txt',
  create(output: Output, { width, color }: SinkSettings): Sink {
    return {
      async report(report) {
        const { pageOf } = await import('./page.js')
        await output.write(pageOf(report, width, color))
      },
    }
  },
} as const satisfies SinkFormat
