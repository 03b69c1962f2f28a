import type { Output, Sink, SinkFormat } from '../../contract.js'
import { jsonLines } from '../../json.js'

/** One cited record a line, under the id of its finding; the file behind `source` stands in the ledger. */
export const evidenceJsonl = {
  id: 'evidence-jsonl',
  title: 'Evidence of the findings as JSON lines',
  fileName: 'evidence.jsonl',
  create(output: Output): Sink {
    return {
      async references(finding, references) {
        await output.write(
          jsonLines(
            references.map(({ source, line, offset, length, sha256, time, text }) => ({
              finding,
              source,
              line,
              offset,
              length,
              sha256,
              time,
              text,
            })),
          ),
        )
      },
    }
  },
} as const satisfies SinkFormat
