import { headedFile } from '../../decode/head.js'
import { fileSource } from '../../evidence/source.js'
import type { LogFormat } from '../../parse/contract.js'
import { formats as builtInFormats } from '../../parse/formats/registry.js'
import { wrappers } from '../../parse/wrappers/registry.js'
import { localToUtc } from '../local-time.js'
import type { ReadySource } from '../sources.js'
import type { PortableFormat, PortableSource } from './portable-source.js'

/** The source again, in the thread that reads it. */
export function readySourceOf(portable: PortableSource): ReadySource {
  const { path, storedBytes, head, recognition, candidates, names, zone } = portable
  return {
    ...portable,
    headed: headedFile(fileSource(names[0]!, path, storedBytes), head),
    recognition:
      recognition === null
        ? null
        : {
            ...recognition,
            format: formatOf(recognition.format),
            wrapper: wrappers.find(({ id }) => id === recognition.wrapper) ?? null,
          },
    candidates: candidates?.map(formatOf) ?? builtInFormats,
    fields: null,
    toUtc: zone === null ? null : localToUtc(zone),
  }
}

function formatOf(portable: PortableFormat): LogFormat {
  if ('data' in portable) return portable.data
  const format = builtInFormats.find(({ id }) => id === portable.builtIn)!
  return portable.fields === null ? format : format.withFields!(portable.fields)
}
