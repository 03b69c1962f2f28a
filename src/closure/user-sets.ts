import { PackedTable } from '../core/packed-table.js'

/** Words of a record; its key is made of the number of the set and of the user. */
const SET = 2
const USER = 3
const STRIDE = 4

/** Many sets of few users each, by numbers from 0, in one table: whether somebody is in a set costs one look. */
export class UserSets {
  readonly #pairs: PackedTable

  constructor(memoryBytes: number) {
    this.#pairs = new PackedTable(STRIDE, PackedTable.recordsWithin(memoryBytes, STRIDE))
  }

  /** Most users of all sets together. */
  get limit(): number {
    return this.#pairs.maxRecords
  }

  /** Adds a user to a set. Returns false where there is no room. */
  add(set: number, user: number): boolean {
    // for one set, each user another key
    const low = set + 1
    const high = Math.imul(user + 1, 0x9e3779b1) ^ Math.imul(set, 0x85ebca6b)
    if (this.#pairs.find(low, high) >= 0) return true
    const record = this.#pairs.insert(low, high)
    if (record < 0) return false
    this.#pairs.words[record * STRIDE + SET] = set
    this.#pairs.words[record * STRIDE + USER] = user
    return true
  }

  /** All sets as they are now, by number, in no order. Costs as much for one as for all. */
  list(): readonly (readonly number[] | undefined)[] {
    const sets: number[][] = []
    const { words } = this.#pairs
    this.#pairs.forEach((record) => {
      const set = words[record * STRIDE + SET]!
      sets[set] ??= []
      sets[set].push(words[record * STRIDE + USER]!)
    })
    return sets
  }
}
