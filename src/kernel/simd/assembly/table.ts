/** Addresses that TypeScript left in low memory. */

import { TABLE_AT } from '../low-memory'

/** A word of the table. */
// @ts-ignore: decorator
@inline
export function word(number: i32): usize {
  return load<usize>(<usize>(TABLE_AT + 4 * number))
}

// A row's place in the column whose address is a word of the table, by the width of its values.

// @ts-ignore: decorator
@inline
export function cell1(number: i32, row: i32): usize {
  return word(number) + row
}

// @ts-ignore: decorator
@inline
export function cell2(number: i32, row: i32): usize {
  return word(number) + (row << 1)
}

// @ts-ignore: decorator
@inline
export function cell4(number: i32, row: i32): usize {
  return word(number) + (row << 2)
}

// @ts-ignore: decorator
@inline
export function cell8(number: i32, row: i32): usize {
  return word(number) + (row << 3)
}
