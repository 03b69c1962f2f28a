import type { EvidenceReference } from '../../findings/contract.js'
import type { Citation } from '../../observe/citations.js'

/** The same answer with each citation made an evidence reference. */
export type Cited<Value> = Value extends Citation
  ? EvidenceReference
  : Value extends readonly (infer Item)[]
    ? readonly Cited<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Cited<Value[Key]> }
      : Value

/** How what was found is shown. */
export interface Shown {
  toReference(citation: Citation): EvidenceReference
  /** Secrets in a text that may quote a path are masked, unless the run was told to show them. */
  mask(text: string): string
}

/** Makes evidence references of all citations in an answer, however deep, and masks its texts. */
export function cited<Value>(value: Value, shown: Shown): Cited<Value> {
  if (typeof value === 'string') return shown.mask(value) as Cited<Value>
  if (Array.isArray(value)) return value.map((item) => cited(item, shown)) as Cited<Value>
  if (typeof value !== 'object' || value === null) return value as Cited<Value>
  if (isCitation(value)) return shown.toReference(value) as Cited<Value>
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cited(item, shown)]),
  ) as Cited<Value>
}

function isCitation(value: object): value is Citation {
  return 'bytes' in value && value.bytes instanceof Uint8Array
}
