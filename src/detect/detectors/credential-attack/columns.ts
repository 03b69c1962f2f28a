type TypedArray = Float64Array | Int32Array | Uint32Array | Uint8Array
type TypedArrayMaker = { new (size: number): TypedArray }

type Made<Makers extends Record<string, TypedArrayMaker>> = {
  [Name in keyof Makers]: InstanceType<Makers[Name]>
}

/** Rows as parallel typed arrays that grow by a quarter, so that little is held beyond what is used. */
export class Columns<Makers extends Record<string, TypedArrayMaker>> {
  readonly column: Made<Makers>
  readonly #makers: Makers
  readonly #names: readonly (keyof Makers & string)[]
  /** Rows in use; may be made smaller. */
  size = 0
  #capacity = 64

  constructor(makers: Makers) {
    this.#makers = makers
    this.#names = Object.keys(makers)
    this.column = Object.fromEntries(
      this.#names.map((name) => [name, new makers[name]!(this.#capacity)]),
    ) as Made<Makers>
  }

  push(row: { readonly [Name in keyof Makers]: number }): void {
    if (this.size === this.#capacity) this.#grow()
    const at = this.size++
    for (const name of this.#names) this.column[name]![at] = row[name]!
  }

  /** Copies row `from` over row `to`. */
  move(from: number, to: number): void {
    if (from === to) return
    for (const name of this.#names) this.column[name]![to] = this.column[name]![from]!
  }

  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * 1.25)
    for (const name of this.#names) {
      const larger = new this.#makers[name]!(this.#capacity)
      larger.set(this.column[name]! as never)
      this.column[name] = larger as Made<Makers>[typeof name]
    }
  }
}
