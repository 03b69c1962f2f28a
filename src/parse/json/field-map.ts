/**
 * What the members of a JSON line stand for, as data: for each member its path and its meaning.
 *
 *     {"request":{"remote_ip":"203.0.113.9","headers":{"User-Agent":["curl/8"]}},"status":200}
 *
 *     'request.remote_ip'             address
 *     'request.headers.User-Agent.0'  text, userAgent
 *     'status'                        status
 *
 * A step that is a number is a place in an array. A name with a dot in it is written with a backslash before the dot.
 */
import type { ValueMeaning } from '../contract.js'

export interface FieldMap {
  readonly members: Readonly<Record<string, ValueMeaning>>
  /** Members of which all must be there, and no null, for a line to be of the format. Within one text, `|` says or. */
  readonly needs: readonly string[]
  /** Arrays of `{"name": ..., "value": ...}`, such as headers: path, and the meaning of each name in lower case. */
  readonly lists?: Readonly<Record<string, NamedList>>
}

export interface NamedList {
  readonly name: string
  readonly value: string
  readonly members: Readonly<Record<string, ValueMeaning>>
}

/** A member, and what is below it. */
export interface MapNode {
  readonly key: Uint8Array
  readonly name: string
  readonly children: MapNode[]
  meaning: ValueMeaning | null
  list: NamedList | null
  /** Bits of the needs that its presence meets. */
  needs: number
  /** Number of the line that had it last. */
  line: number
  /** The members that came behind it, and first in it, the last time: those of a source mostly come in the same order. */
  next: MapNode | null
  first: MapNode | null
}

export function compileMap({ members, needs, lists }: FieldMap): MapNode {
  const root = nodeOf('')
  for (const [path, meaning] of Object.entries(members)) descend(root, path).meaning = meaning
  for (const [path, list] of Object.entries(lists ?? {})) descend(root, path).list = list
  needs.forEach((need, bit) => {
    for (const path of need.split('|')) descend(root, path).needs |= 1 << bit
  })
  return root
}

function nodeOf(name: string): MapNode {
  const key = Buffer.from(name)
  return { key, name, children: [], meaning: null, list: null, needs: 0, line: 0, next: null, first: null }
}

function descend(root: MapNode, path: string): MapNode {
  let node = root
  for (const step of path.match(/(?:\\.|[^.\\])+/g) ?? []) {
    const name = step.replaceAll('\\.', '.')
    let child = node.children.find((each) => each.name === name)
    if (child === undefined) {
      child = nodeOf(name)
      node.children.push(child)
    }
    node = child
  }
  return node
}
