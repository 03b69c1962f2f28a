/** What is wrong with the bytes, the lines and their order in one source. */
export interface IntegrityTrace {
  readonly records: number
}
