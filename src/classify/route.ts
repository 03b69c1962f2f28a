import type { RecordBatch } from '../columns/contract.js'
import { readMethod } from '../columns/view.js'
import { byteString, bytesOf, normalPath, toText } from './normal-path.js'
import { RouteWriter } from './route-writer.js'

/** A row's route as text, method first: `GET /customers/{int}`. Allocates; the classifier makes the key alone. */
export function routeNameOf(batch: RecordBatch, row: number, ignoreCase: boolean): string {
  const method = readMethod(batch, row) ?? '-'
  const length = batch.pathLength[row]!
  if (length < 0) return `${method} (no path)`
  const path = normalPath(batch.bytes, batch.pathStart[row]!, length)
  return `${method} ${toText(routeTemplate(path, ignoreCase))}`
}

const asWritten = new RouteWriter(false)
const inLowerCase = new RouteWriter(true)

/** The route template of a normal path as a byte string: what `RouteWriter` makes of it. Allocates. */
export function routeTemplate(path: string, ignoreCase = false): string {
  const writer = ignoreCase ? inLowerCase : asWritten
  const bytes = bytesOf(path)
  writer.write(bytes, 0, bytes.length)
  return byteString(writer.bytes, writer.length)
}
