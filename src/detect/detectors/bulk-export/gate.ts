/** A candidate is opened at this share of what makes an export. */
const GATE_SHARE = 8

/** Points of two neighbouring days of UTC that open a candidate. */
export const GATE = 25

/** What makes an export, of the detector's thresholds. */
export interface Floors {
  readonly objects: number
  readonly bytes: number
  readonly pages: number
}

/**
 * What rows count towards a candidate, as one sum: an eighth of the objects, of the pages or of the bytes that make an
 * export each come to GATE points, and a mixture may come to them sooner.
 *
 * With the default thresholds a row is one point, a page nine, and half a megabyte one.
 */
export class Gate {
  /** The most rows in two days that open nothing; they are one point each at least. */
  static readonly mostClosedRows = GATE - 1
  /** The most pages in two days that open nothing. */
  readonly mostClosedPages: number
  readonly #row: number
  readonly #page: number
  readonly #bytesPerPoint: number

  constructor({ objects, bytes, pages }: Floors) {
    this.#row = pointsOf(objects)
    this.#page = pointsOf(pages)
    this.#bytesPerPoint = bytes / GATE_SHARE / GATE
    this.mostClosedPages = Math.ceil(GATE / this.#page) - 1
  }

  /**
   * Points of one row, at most GATE.
   *
   * @param isDrawn  Whether the row counts by itself; if not, only by its size or page.
   */
  pointsOf(size: number, isPage: boolean, isDrawn: boolean): number {
    // nearly all rows
    if (!isPage && !(size > this.#bytesPerPoint)) return isDrawn ? this.#row : 0
    const heavy = size > this.#bytesPerPoint ? Math.ceil(size / this.#bytesPerPoint) : 0
    return Math.min(GATE, Math.max(isDrawn ? this.#row : 0, isPage ? this.#page : 0, heavy))
  }
}

/** Points of each of so many things that an eighth of them opens a candidate. */
function pointsOf(floor: number): number {
  return Math.min(GATE, Math.ceil(GATE / Math.max(1, Math.ceil(floor / GATE_SHARE))))
}
