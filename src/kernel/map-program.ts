/** A field map of JSON lines compiled for the kernel: names as bytes, meanings as small numbers. */

/** How a value is read into its column. */
export const VALUE = {
  /** Read and dropped. */
  dropped: 0,
  text: 1,
  address: 2,
  request: 3,
  method: 4,
  target: 5,
  query: 6,
  status: 7,
  bytes: 8,
  duration: 9,
  /** Seconds where there is a point, else milliseconds. */
  plainDuration: 10,
  clfTime: 11,
  isoTime: 12,
  epochTime: 13,
  anyTime: 14,
  /** In a way that the kernel does not have. */
  other: 15,
} as const

export interface MapValue {
  /** A VALUE. */
  readonly value: number
  /** Number of its text column, or -1. */
  readonly field: number
  /** Values of one number compete: the lowest rank wins, of equal ones the last. */
  readonly column: number
  readonly rank: number
  /** Milliseconds of one. */
  readonly unit: number
}

export interface MapMember {
  readonly name: Uint8Array
  /** All that it stands for, in order; none for a member that only has others below it. */
  readonly values: readonly MapValue[]
  readonly children: readonly MapMember[]
  /** As an array it is a list of names and values. */
  readonly isList: boolean
  /** Bits of the needs that its presence meets. */
  readonly needs: number
}

export interface MapProgram {
  readonly root: MapMember
  /** Bits that a line of the format meets. */
  readonly needs: number
  /** How many columns values compete for. */
  readonly columns: number
}
