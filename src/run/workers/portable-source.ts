import type { Head } from '../../decode/contract.js'
import type { FieldNames, LogFormat, Recognition } from '../../parse/contract.js'
import { formats as builtInFormats } from '../../parse/formats/registry.js'
import type { ReadySource } from '../sources.js'

/** A format that another thread can have: one of the built-in ones, perhaps with names of its own, or one that is data. */
export type PortableFormat =
  | { readonly builtIn: string; readonly fields: FieldNames | null }
  | { readonly data: LogFormat }

/** A file that is ready for the pass, without its functions. */
export interface PortableSource
  extends Pick<ReadySource, 'ordinal' | 'names' | 'isBinary' | 'headTime' | 'typicalTime' | 'zone'> {
  readonly path: string
  readonly storedBytes: number
  readonly head: Head
  readonly recognition:
    | (Omit<Recognition, 'format' | 'wrapper'> & {
        readonly format: PortableFormat
        readonly wrapper: string | null
      })
    | null
  /** null: all built-in ones. */
  readonly candidates: readonly PortableFormat[] | null
}

/** What another thread needs to read a source; null where it cannot: no file of its own, or a format with code in it. */
export function portableSource(ready: ReadySource): PortableSource | null {
  const { ordinal, names, isBinary, headTime, typicalTime, zone, headed, recognition } = ready
  const { path, storedBytes } = headed.source
  if (path === undefined || storedBytes === undefined) return null
  const isUsual = ready.candidates.length === builtInFormats.length && ready.candidates.every(isBuiltIn)
  const candidates = isUsual ? null : ready.candidates.map((format) => portableFormat(format, ready.fields))
  const format = recognition === null ? null : portableFormat(recognition.format, ready.fields)
  if (candidates?.includes(null) || (format === null && recognition !== null)) return null
  return {
    ordinal,
    names,
    isBinary,
    headTime,
    typicalTime,
    zone,
    path,
    storedBytes,
    head: headed.head,
    recognition:
      recognition === null || format === null
        ? null
        : { ...recognition, format, wrapper: recognition.wrapper?.id ?? null },
    candidates: candidates as readonly PortableFormat[] | null,
  }
}

function isBuiltIn(format: LogFormat): boolean {
  return builtInFormats.includes(format)
}

function portableFormat(format: LogFormat, fields: FieldNames | null): PortableFormat | null {
  if (isBuiltIn(format)) return { builtIn: format.id, fields: null }
  // ids are distinct: one with the id of a built-in format is that format with a field map
  if (
    fields !== null &&
    builtInFormats.some(({ id, withFields }) => id === format.id && withFields !== undefined)
  )
    return { builtIn: format.id, fields }
  const { scanner, withFields, layouts, ...data } = format
  if (scanner !== undefined || withFields !== undefined || layouts === undefined) return null
  return { data: { ...data, layouts } }
}
