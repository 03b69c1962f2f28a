/**
 * Reads one line of JSON by a field map, without making an object of it.
 *
 *     {"status":200,"request":{"uri":"/a"}}
 *      ^key     ^value         ^key  ^value
 *
 * The members of a line are walked once. A name that the map does not have is stepped over with its value, whatever is in
 * that. Names with an escape are resolved and compared as text; of a member that is there twice the last one counts that says
 * anything, and the line has two readings: a client may have written one of them. A line that ends within a value is no
 * record, nor is one that goes on behind the object; numbers and names are not checked where nothing is read from them, for
 * servers write `"upstream":-` too.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
import { BACKSLASH, COLON, COMMA, QUOTE, SPACE } from '../../core/bytes.js'
import type { LineScanner, LogFormat, RejectReason, RowWriter, Spelling } from '../contract.js'
import { namesOf, problemOf } from '../meanings.js'
import { resolveJson } from '../spelling.js'
import { compileMap, type FieldMap, type MapNode, type NamedList } from './field-map.js'
import { mapProgram } from './map-program.js'

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** The beginning of an object; what `#blanks` steps over may stand before it. */
const OBJECT = /^[\0-\x20]*\{/

/** Nesting that is walked; deeper lines are no records of a server. */
const MAX_DEPTH = 64

/**
 * A format of JSON lines: what its map gives to the descriptor. Of several maps, for versions of a format, the first reads
 * a line whose needs are met; all fill the same columns from the same members.
 */
export function fromMap(
  ...maps: readonly FieldMap[]
): Pick<LogFormat, 'scanner' | 'extras' | 'columns' | 'hint'> {
  const meanings = maps.flatMap(({ members, lists = {} }) => [
    ...Object.values(members),
    ...Object.values(lists).flatMap((list) => Object.values(list.members)),
  ])
  return { scanner: () => jsonScanner(...maps), ...namesOf(meanings), hint: OBJECT }
}

/** The reader of one source. The kernel reads plain lines that meet the needs of the first map. */
export function jsonScanner(...maps: readonly FieldMap[]): LineScanner {
  const compiled = maps.map((map) => ({ root: compileMap(map), all: (1 << map.needs.length) - 1 }))
  const scan = new JsonScan()
  const [first] = compiled
  return {
    program: (extras) => (first === undefined ? null : mapProgram(first.root, first.all, extras)),
    read(line, row) {
      for (const { root, all } of compiled) {
        if (scan.walk(root, line, row) < 0) return 'no-match'
        if (scan.met === all) return scan.problem ?? 'record'
      }
      return 'no-match'
    },
  }
}

class JsonScan {
  /** Bits of the needs that are met. */
  met = 0
  problem: RejectReason | null = null
  #bytes!: Uint8Array
  #row!: RowWriter
  /** Of the string or token stepped over last: where its text is. */
  #from = 0
  #to = 0
  /** Of the string stepped over last. */
  #hasEscape = false
  #line = 0

  /** @returns Index behind the object, trailing blanks included, or -1. */
  walk(root: MapNode, bytes: Uint8Array, row: RowWriter): number {
    this.#bytes = bytes
    this.#row = row
    this.met = 0
    this.problem = null
    this.#line++
    let at = this.#blanks(0)
    if (bytes[at] !== OPEN_BRACE) return -1
    at = this.#object(root, at + 1, 1)
    if (at < 0) return -1
    at = this.#blanks(at)
    return at === bytes.length ? at : -1
  }

  #blanks(at: number): number {
    const bytes = this.#bytes
    const space = SPACE
    while (at < bytes.length && bytes[at]! <= space) at++
    return at
  }

  /** Members from behind `{`; gives the index behind `}`, or -1. */
  #object(node: MapNode, at: number, depth: number): number {
    const bytes = this.#bytes
    at = this.#blanks(at)
    if (bytes[at] === CLOSE_BRACE) return at + 1
    for (let before: MapNode | null = null; ; ) {
      if (bytes[at] !== QUOTE) return -1
      at = this.#string(at + 1)
      if (at < 0) return -1
      const child = this.#childOf(node, before === null ? node.first : before.next)
      if (child !== null) {
        if (before === null) node.first = child
        else before.next = child
        before = child
      }
      at = this.#blanks(at)
      if (bytes[at] !== COLON) return -1
      at = this.#member(child, this.#blanks(at + 1), depth)
      if (at < 0) return -1
      at = this.#blanks(at)
      if (bytes[at] === CLOSE_BRACE) return at + 1
      if (bytes[at] !== COMMA) return -1
      at = this.#blanks(at + 1)
    }
  }

  /** The child whose name was just read, or null; `guess` is tried first. */
  #childOf({ children }: MapNode, guess: MapNode | null): MapNode | null {
    const [from, to] = [this.#from, this.#to]
    if (guess !== null && this.#isName(guess.key, from, to)) return guess
    for (const child of children) if (this.#isName(child.key, from, to)) return child
    return this.#hasEscape ? this.#slowChildOf(children) : null
  }

  #isName(key: Uint8Array, from: number, to: number): boolean {
    const bytes = this.#bytes
    if (key.length !== to - from) return false
    for (let i = 0; i < key.length; i++) if (bytes[from + i] !== key[i]) return false
    return true
  }

  /** Taken for names that are written with an escape. */
  #slowChildOf(children: readonly MapNode[]): MapNode | null {
    const name = Buffer.from(resolveJson(this.#bytes, this.#from, this.#to)).toString()
    return children.find((child) => child.name === name) ?? null
  }

  /** A value of a member that the map has, or of one that it does not have (null). */
  #member(node: MapNode | null, at: number, depth: number): number {
    const bytes = this.#bytes
    const first = bytes[at]
    if (node === null) return this.#skip(at, depth)
    if (first === QUOTE) {
      const end = this.#string(at + 1)
      if (end < 0) return -1
      this.met |= node.needs
      this.#take(node, this.#from, this.#to, this.#hasEscape ? 'json' : 'escaped')
      return end
    }
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      this.met |= node.needs
      if (depth >= MAX_DEPTH) return -1
      if (node.list !== null && first === OPEN_BRACKET) return this.#list(node.list, at + 1, depth + 1)
      if (node.children.length === 0) return this.#skip(at, depth)
      return first === OPEN_BRACE
        ? this.#object(node, at + 1, depth + 1)
        : this.#array(node, at + 1, depth + 1)
    }
    const end = this.#token(at)
    if (end < 0) return -1
    // null says that there is none
    if (bytes[at] !== 0x6e) {
      this.met |= node.needs
      this.#take(node, at, end, 'escaped')
    }
    return end
  }

  /** `spelling`: what has no backslash is in the log's own, whatever it was in. */
  #take(node: MapNode, from: number, to: number, spelling: Spelling): void {
    const { meaning } = node
    if (meaning !== null && node.line === this.#line) this.#row.ambiguous()
    node.line = this.#line
    if (meaning === null || this.#row.value(meaning, from, to, spelling)) return
    this.problem ??= problemOf(meaning)
  }

  #array(node: MapNode, at: number, depth: number): number {
    const bytes = this.#bytes
    at = this.#blanks(at)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    for (let place = 0; ; place++) {
      const name = String(place)
      at = this.#member(node.children.find((child) => child.name === name) ?? null, at, depth)
      if (at < 0) return -1
      at = this.#blanks(at)
      if (bytes[at] === CLOSE_BRACKET) return at + 1
      if (bytes[at] !== COMMA) return -1
      at = this.#blanks(at + 1)
    }
  }

  /** Objects of a name and a value; the order of the two does not matter. */
  #list(list: NamedList, at: number, depth: number): number {
    const bytes = this.#bytes
    at = this.#blanks(at)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    for (;;) {
      at = bytes[at] === OPEN_BRACE ? this.#named(list, at + 1, depth + 1) : this.#skip(at, depth)
      if (at < 0) return -1
      at = this.#blanks(at)
      if (bytes[at] === CLOSE_BRACKET) return at + 1
      if (bytes[at] !== COMMA) return -1
      at = this.#blanks(at + 1)
    }
  }

  #named(list: NamedList, at: number, depth: number): number {
    const bytes = this.#bytes
    let name = ''
    let from = -1
    let to = -1
    at = this.#blanks(at)
    while (bytes[at] !== CLOSE_BRACE) {
      if (bytes[at] !== QUOTE) return -1
      at = this.#string(at + 1)
      if (at < 0) return -1
      const key = this.#textOf()
      at = this.#blanks(at)
      if (bytes[at] !== COLON) return -1
      at = this.#blanks(at + 1)
      const isString = bytes[at] === QUOTE
      at = isString ? this.#string(at + 1) : this.#skip(at, depth)
      if (at < 0) return -1
      if (isString && key === list.name) name = this.#textOf().toLowerCase()
      if (isString && key === list.value) [from, to] = [this.#from, this.#to]
      at = this.#blanks(at)
      if (bytes[at] === COMMA) at = this.#blanks(at + 1)
      else if (bytes[at] !== CLOSE_BRACE) return -1
    }
    const meaning = Object.hasOwn(list.members, name) ? list.members[name] : undefined
    if (meaning !== undefined && from >= 0) this.#row.value(meaning, from, to, 'json')
    return at + 1
  }

  #textOf(): string {
    return Buffer.from(resolveJson(this.#bytes, this.#from, this.#to)).toString()
  }

  /** Index behind the closing quote of the string whose text starts at `at`, or -1. */
  #string(at: number): number {
    const bytes = this.#bytes
    const quote = QUOTE
    const backslash = BACKSLASH
    const end = bytes.length
    let hasEscape = false
    for (let stop = at; stop < end; stop++) {
      const byte = bytes[stop]
      if (byte === quote) {
        this.#from = at
        this.#to = stop
        this.#hasEscape = hasEscape
        return stop + 1
      }
      if (byte === backslash) {
        hasEscape = true
        stop++
      }
    }
    return -1
  }

  /** Index behind a number, `true`, `false` or `null`; -1 where there is none. */
  #token(at: number): number {
    const bytes = this.#bytes
    let stop = at
    while (stop < bytes.length && TOKEN[bytes[stop]!] === 1) stop++
    return stop > at ? stop : -1
  }

  /** Index behind a value of any kind. */
  #skip(at: number, outer: number): number {
    const bytes = this.#bytes
    let depth = outer
    for (;;) {
      const byte = bytes[at]
      if (byte === undefined) return -1
      if (byte === QUOTE) {
        at = this.#string(at + 1)
        if (at < 0) return -1
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MAX_DEPTH) return -1
        at++
        continue
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--depth < outer) return -1
        at++
      } else if (byte <= SPACE || byte === COMMA || byte === COLON) {
        if (depth === outer) return -1
        at++
        continue
      } else {
        at = this.#token(at)
        if (at < 0) return -1
      }
      if (depth === outer) return at
    }
  }
}

/** Bytes of numbers and of the three names. */
const TOKEN = new Uint8Array(128)
for (const glyph of '+-.0123456789Eaeflnrstu') TOKEN[glyph.charCodeAt(0)] = 1
