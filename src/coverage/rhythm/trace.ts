/** Counts over time of one source. */
export interface RhythmTrace {
  readonly records: number
}
