import type { Output, Sink, SinkFormat } from '../../contract.js'
import { jsonLines } from '../../json.js'

/** One line that is no record a line, with its place and why. The text is the evidence as written; secrets stay. */
export const rejectsJsonl = {
  id: 'rejects-jsonl',
  title: 'Lines that are no records, as JSON lines',
  fileName: 'rejects.jsonl',
  create(output: Output): Sink {
    return {
      async rejects(rejects) {
        await output.write(
          jsonLines(
            rejects.map(({ source: { file, line, offset, length }, reason, text }) => ({
              source: { file, line, offset, length },
              reason,
              text,
            })),
          ),
        )
      },
    }
  },
} as const satisfies SinkFormat
