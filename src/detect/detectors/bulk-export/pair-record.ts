import { DAY_MS } from '../../../core/civil-time.js'
import { GATE } from './gate.js'

/*
 * The record of a pair (a principal on a route), six words of 32 bits in a PackedTable. There are millions, so every bit is
 * used; d is the latest day of UTC on which the pair was seen.
 *
 *     word  bits
 *     0, 1  key
 *     2     requests 14 | - 2 | day d 16
 *     3     bytes 32                              of an open pair: its candidate's number, or IS_FOLDED
 *     4     points d 6 | d-1 6 | d-2 6 | route 14
 *     5     rows d 5   | d-1 5 | d-2 5 | most 5 | proven 1 | open 1 | route 10
 *
 * Points and rows are those of the gate. Rows come at most a horizon late, so that two days back are enough for the day
 * before to be whole. `most` is the largest number of rows in two neighbouring days: at least that of any 24 hours.
 *
 * Whatever rows arrive in whatever order within a day, the record is the same, and so is whether the gate was passed. A
 * closed pair has fewer than GATE points and rows in two days, and the row that opens it adds at most GATE: no sum overflows.
 */
export const STRIDE = 6
const REQUESTS = 2
const BYTES = 3
const POINTS = 4
const ROWS = 5

export const MOST_REQUESTS = (1 << 14) - 1
export const MOST_BYTES = 0xffffffff
const DAY_SHIFT = 16
const DAYS = 3

const POINT_BITS = 6
const POINTS_ROUTE_SHIFT = 18
const ROW_BITS = 5
const MOST_SHIFT = 15
const PROVEN = 1 << 20
const OPEN = 1 << 21
const ROWS_ROUTE_SHIFT = 22
const ROUTE_LOW_BITS = 14

type Words = Int32Array

/** The 24 bits of a route's key that tell the pairs of one route from those of others. */
export function tagOfRoute(low: number, high: number): number {
  return (low ^ (high << 7)) & 0xffffff
}

/** Days since the epoch, modulo 65536: until 2149 none is taken for another. */
export function dayNumber(t: number): number {
  return Math.floor(t / DAY_MS) & 0xffff
}

/** By how many days one day number is later than another; negative for earlier. */
export function daysLater(day: number, than: number): number {
  return ((day - than) << 16) >> 16
}

export function initialize(words: Words, at: number, day: number, tag: number, proven: boolean): void {
  words[at + REQUESTS] = day << DAY_SHIFT
  words[at + BYTES] = 0
  words[at + POINTS] = tag << POINTS_ROUTE_SHIFT
  words[at + ROWS] = ((tag >>> ROUTE_LOW_BITS) << ROWS_ROUTE_SHIFT) | (proven ? PROVEN : 0)
}

export function isOpen(words: Words, at: number): boolean {
  return (words[at + ROWS]! & OPEN) !== 0
}

export function candidateOf(words: Words, at: number): number {
  return words[at + BYTES]!
}

/** Marks a pair as open, or gives an open one another candidate. */
export function setCandidate(words: Words, at: number, candidate: number): void {
  words[at + ROWS] = words[at + ROWS]! | OPEN
  words[at + BYTES] = candidate
}

export function requestsOf(words: Words, at: number): number {
  return words[at + REQUESTS]! & MOST_REQUESTS
}

/** Of a closed pair. */
export function bytesOf(words: Words, at: number): number {
  return words[at + BYTES]! >>> 0
}

export function dayOf(words: Words, at: number): number {
  return words[at + REQUESTS]! >>> DAY_SHIFT
}

export function pointsOn(words: Words, at: number, back: number): number {
  return field(words[at + POINTS]!, POINT_BITS, back)
}

export function mostOf(words: Words, at: number): number {
  return (words[at + ROWS]! >>> MOST_SHIFT) & mask(ROW_BITS)
}

export function isProven(words: Words, at: number): boolean {
  return (words[at + ROWS]! & PROVEN) !== 0
}

export function tagOf(words: Words, at: number): number {
  return (
    (words[at + POINTS]! >>> POINTS_ROUTE_SHIFT) |
    ((words[at + ROWS]! >>> ROWS_ROUTE_SHIFT) << ROUTE_LOW_BITS)
  )
}

/** Stores sums; one that does not fit stays at its most. */
export function setSums(words: Words, at: number, requests: number, bytes: number): void {
  words[at + REQUESTS] = (words[at + REQUESTS]! & ~MOST_REQUESTS) | Math.min(requests, MOST_REQUESTS)
  words[at + BYTES] = Math.min(bytes, MOST_BYTES)
}

/**
 * Adds to what is counted of the days. Returns whether the gate is passed. A row from before these days counts no more.
 *
 * No two neighbouring days of a closed pair held enough before: those that do now have this row's day among them.
 */
export function addToDays(words: Words, at: number, day: number, points: number, rows: number): boolean {
  const later = daysLater(day, dayOf(words, at))
  if (later < 0) return addToPast(words, at, -later, points, rows)
  if (later > 0) moveTo(words, at, day, later)
  const pointsWord = addTo(words[at + POINTS]!, POINT_BITS, 0, points)
  const rowsWord = addTo(words[at + ROWS]!, ROW_BITS, 0, rows)
  words[at + POINTS] = pointsWord
  words[at + ROWS] = rowsWord
  raiseMost(words, at, field(rowsWord, ROW_BITS, 0) + field(rowsWord, ROW_BITS, 1))
  return field(pointsWord, POINT_BITS, 0) + field(pointsWord, POINT_BITS, 1) >= GATE
}

/** Taken for a row of a day before the latest. */
function addToPast(words: Words, at: number, back: number, points: number, rows: number): boolean {
  if (back >= DAYS) return false
  words[at + POINTS] = addTo(words[at + POINTS]!, POINT_BITS, back, points)
  words[at + ROWS] = addTo(words[at + ROWS]!, ROW_BITS, back, rows)
  return settle(words, at)
}

/** Joins what is counted of the days of two closed records of one pair. */
export function joinDays(words: Words, at: number, theirs: Words, from: number): void {
  const day = dayOf(theirs, from)
  const later = daysLater(day, dayOf(words, at))
  if (later > 0) moveTo(words, at, day, later)
  for (let back = 0; back < DAYS; back++) {
    const ours = back + Math.max(0, -later)
    if (ours >= DAYS) break
    words[at + POINTS] = addTo(words[at + POINTS]!, POINT_BITS, ours, pointsOn(theirs, from, back))
    words[at + ROWS] = addTo(words[at + ROWS]!, ROW_BITS, ours, field(theirs[from + ROWS]!, ROW_BITS, back))
  }
  raiseMost(words, at, mostOf(theirs, from))
  settle(words, at)
}

/** Raises `most` to what two neighbouring days hold. Returns whether two hold the gate's points. */
function settle(words: Words, at: number): boolean {
  let passes = false
  for (let back = 0; back + 1 < DAYS; back++) {
    const rows = words[at + ROWS]!
    raiseMost(words, at, field(rows, ROW_BITS, back) + field(rows, ROW_BITS, back + 1))
    if (pointsOn(words, at, back) + pointsOn(words, at, back + 1) >= GATE) passes = true
  }
  return passes
}

function raiseMost(words: Words, at: number, rows: number): void {
  const word = words[at + ROWS]!
  if (rows <= ((word >>> MOST_SHIFT) & mask(ROW_BITS))) return
  const most = Math.min(rows, mask(ROW_BITS))
  words[at + ROWS] = (word & ~(mask(ROW_BITS) << MOST_SHIFT)) | (most << MOST_SHIFT)
}

/** Makes a later day the latest one: what was counted moves back, and out. */
function moveTo(words: Words, at: number, day: number, later: number): void {
  words[at + REQUESTS] = (words[at + REQUESTS]! & MOST_REQUESTS) | (day << DAY_SHIFT)
  words[at + POINTS] = moveBack(words[at + POINTS]!, POINT_BITS, later)
  words[at + ROWS] = moveBack(words[at + ROWS]!, ROW_BITS, later)
}

// ---- three small numbers in the lowest bits of a word, one for each day back

function mask(bits: number): number {
  return (1 << bits) - 1
}

function field(word: number, bits: number, back: number): number {
  return (word >>> (bits * back)) & mask(bits)
}

function addTo(word: number, bits: number, back: number, more: number): number {
  const sum = Math.min(mask(bits), field(word, bits, back) + more)
  return (word & ~(mask(bits) << (bits * back))) | (sum << (bits * back))
}

/** The bits above the days stay. */
function moveBack(word: number, bits: number, days: number): number {
  const all = mask(bits * DAYS)
  return (word & ~all) | (days >= DAYS ? 0 : (word << (bits * days)) & all)
}
