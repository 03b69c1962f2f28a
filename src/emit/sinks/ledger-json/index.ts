import type { Output, Sink, SinkFormat } from '../../contract.js'
import { safeJson } from '../../json.js'

/** What was read and how: the sources with their hashes, the configuration, coverage and the indicators that were sought. */
export const ledgerJson = {
  id: 'ledger-json',
  title: 'Ledger of the evidence as JSON',
  fileName: 'ledger.json',
  create(output: Output): Sink {
    return {
      async ledger(ledger, { version, reading, configuration, indicators }) {
        const content = {
          versions: { postern: version },
          ledger,
          reading,
          configuration,
          indicators,
        }
        await output.write(`${safeJson(content, 2)}\n`)
      },
    }
  },
} as const satisfies SinkFormat
