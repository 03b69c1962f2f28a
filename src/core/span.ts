/** A stretch of bytes of a decoded source: `offset` from its first byte, `length` in bytes. */
export interface Span {
  readonly offset: number
  readonly length: number
}
