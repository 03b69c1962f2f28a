import type { Output, Sink, SinkFormat } from '../../contract.js'

/** One self-contained page for a lead investigator: answers, a timeline to zoom, findings with their lines, what is missing. */
export const reportHtml = {
  id: 'report-html',
  title: 'Report as one HTML page',
  fileName: 'report.html',
  create(output: Output): Sink {
    return {
      async report(report) {
        const { writePage } = await import('./page.js')
        await writePage(report, output)
      },
    }
  },
} as const satisfies SinkFormat
