/** The beginning and the end of a row. */

import {
  BYTES_SENT,
  CLEARED_AT,
  CLEARED_COUNT,
  DURATION,
  FLAGS,
  FROM_END,
  FROM_LENGTH,
  FROM_NUMBER,
  FROM_OFFSET,
  FROM_START,
  LINE_END,
  LINE_NUMBER,
  LINE_START,
  METHOD,
  PATH_LENGTH,
  PLACE_LENGTH,
  PLACE_OFFSET,
  STATUS,
} from '../low-memory'
import { cell1, cell2, cell4, cell8, word } from './table'

/** Marks every column that a line may leave alone as absent. */
// @ts-ignore: decorator
@inline
export function clearRow(row: i32): void {
  const behind = <usize>CLEARED_AT + 4 * word(CLEARED_COUNT)
  for (let at: usize = CLEARED_AT; at < behind; at += 4) store<i32>(load<usize>(at) + (row << 2), -1)
  store<i32>(cell4(PATH_LENGTH, row), -1)
  store<u8>(cell1(METHOD, row), 0)
  store<u16>(cell2(STATUS, row), 0)
  store<f64>(cell8(BYTES_SENT, row), NaN)
  store<f64>(cell8(DURATION, row), NaN)
}

/** Copies a line's place. */
// @ts-ignore: decorator
@inline
export function placeRow(line: i32, row: i32): void {
  store<u32>(cell4(LINE_START, row), load<u32>(cell4(FROM_START, line)))
  store<u32>(cell4(LINE_END, row), load<u32>(cell4(FROM_END, line)))
  store<f64>(cell8(PLACE_OFFSET, row), load<f64>(cell8(FROM_OFFSET, line)))
  store<f64>(cell8(PLACE_LENGTH, row), load<f64>(cell8(FROM_LENGTH, line)))
  store<u32>(cell4(LINE_NUMBER, row), load<u32>(cell4(FROM_NUMBER, line)))
  store<u32>(cell4(FLAGS, row), 0)
}
