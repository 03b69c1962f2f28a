/**
 * Searches and comparisons, sixteen bytes at a time. They look at sixteen bytes from the end of a line on at most, which a
 * block always has: nothing is loaded at an address behind that end.
 */

import { STEP_LENGTH, STEP_MASK, STEP_UNTIL } from '../low-memory'

export const SPACE: i32 = 0x20
export const QUOTE: i32 = 0x22
export const HASH: i32 = 0x23
export const PLUS: i32 = 0x2b
export const COMMA: i32 = 0x2c
export const MINUS: i32 = 0x2d
export const DOT: i32 = 0x2e
export const SLASH: i32 = 0x2f
export const ZERO: i32 = 0x30
export const COLON: i32 = 0x3a
export const QUESTION: i32 = 0x3f
export const BACKSLASH: i32 = 0x5c

/** Bits of the sixteen bytes at `at` that are `byte`, the first one lowest. */
// @ts-ignore: decorator
@inline
export function bitsOf(at: usize, byte: i32): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>byte)))
}

/** Address of the first `byte` in `[at, end)`; `end` or behind it where there is none. */
// @ts-ignore: decorator
@inline
export function findByte(at: usize, end: usize, byte: i32): usize {
  const needle = i8x16.splat(<i8>byte)
  while (true) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(at), needle))
    if (bits) return at + ctz(bits)
    at += 16
    if (at >= end) return at
  }
}

// @ts-ignore: decorator
@inline
export function holdsByte(at: usize, end: usize, byte: i32): bool {
  return findByte(at, end, byte) < end
}

/** How many bytes of `[at, end)` are `byte`. */
export function countOf(at: usize, end: usize, byte: i32): i32 {
  let count = 0
  for (; at < end; at += 16) {
    const bits = bitsOf(at, byte)
    const left = end - at
    count += popcnt(left < 16 ? bits & ((1 << <i32>left) - 1) : bits)
  }
  return count
}

/** Whether the text behind a step's field (its first sixteen bytes, where it is longer) stands at `at`, whole before `end`. */
// @ts-ignore: decorator
@inline
export function untilStandsAt(step: usize, at: usize, end: usize): bool {
  if (at + load<u16>(step, STEP_LENGTH) > end) return false
  const differs = v128.xor(v128.load(at), v128.load(step, STEP_UNTIL))
  return !v128.any_true(v128.and(differs, v128.load(step, STEP_MASK)))
}

/** The same; gives the address behind that text, or 0. */
// @ts-ignore: decorator
@inline
export function behindUntil(step: usize, at: usize, end: usize): usize {
  return untilStandsAt(step, at, end) ? at + load<u16>(step, STEP_LENGTH) : 0
}

/** Address where the text behind a step's field stands first, or 0. */
export function findUntil(step: usize, at: usize, end: usize): usize {
  const first = <i32>load<u8>(step, STEP_UNTIL)
  while (true) {
    at = findByte(at, end, first)
    if (at >= end) return 0
    if (untilStandsAt(step, at, end)) return at
    at++
  }
}

/** Sixteen bytes of which the first `length` are 255. */
// @ts-ignore: decorator
@inline
export function firstBytes(length: i32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  return i8x16.lt_s(places, i8x16.splat(<i8>length))
}

const NO_DIGITS: u32 = 100000

// @ts-ignore: decorator
@inline
export function isDigit(byte: i32): bool {
  return <u32>(byte - ZERO) < 10
}

/** Two digits, or more than any date has. */
// @ts-ignore: decorator
@inline
export function twoDigits(at: usize): u32 {
  const high = <u32>load<u8>(at) - ZERO
  const low = <u32>load<u8>(at + 1) - ZERO
  return high < 10 && low < 10 ? high * 10 + low : NO_DIGITS
}
