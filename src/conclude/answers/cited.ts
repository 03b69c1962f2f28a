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

/** Makes evidence references of all citations in an answer, however deep. */
export function cited<Value>(
  value: Value,
  toReference: (citation: Citation) => EvidenceReference,
): Cited<Value> {
  if (Array.isArray(value)) return value.map((item) => cited(item, toReference)) as Cited<Value>
  if (typeof value !== 'object' || value === null) return value as Cited<Value>
  if (isCitation(value)) return toReference(value) as Cited<Value>
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cited(item, toReference)]),
  ) as Cited<Value>
}

function isCitation(value: object): value is Citation {
  return 'bytes' in value && value.bytes instanceof Uint8Array
}
