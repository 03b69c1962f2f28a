/** The keys of core/keys.ts, whose two rows of lanes are here two registers. */

import {
  AGENT_KEY,
  AGENT_LENGTH,
  AGENT_START,
  CLIENT_KEY,
  CLIENT_LENGTH,
  CLIENT_START,
  PATH_KEY,
  PATH_LENGTH,
  PATH_START,
  SEED_A,
  SEED_B,
  TEXT,
} from '../low-memory'
import { firstBytes } from './bytes'
import { cell4, cell8, word } from './table'

const MIX_A: i32 = 0x85ebca6b
const MIX_B: i32 = 0xc2b2ae35

/** Writes the keys of a row's path, user agent and client, as kernel/keys.ts does. */
// @ts-ignore: decorator
@inline
export function writeRowKeys(row: i32): void {
  const text = word(TEXT)
  const pathLength = load<i32>(cell4(PATH_LENGTH, row))
  const pathKey = cell8(PATH_KEY, row)
  if (pathLength < 0) store<u64>(pathKey, 0)
  else writeKey(text + load<i32>(cell4(PATH_START, row)), pathLength, pathKey)
  const agentLength = load<i32>(cell4(AGENT_LENGTH, row))
  const agentKey = cell8(AGENT_KEY, row)
  if (agentLength < 0) store<u64>(agentKey, 0)
  else writeKey(text + load<i32>(cell4(AGENT_START, row)), agentLength, agentKey)
  const clientLength = load<i32>(cell4(CLIENT_LENGTH, row))
  const clientKey = cell8(CLIENT_KEY, row)
  const client = text + load<i32>(cell4(CLIENT_START, row))
  writeKey(client, max(0, clientLength), clientKey)
}

function writeKey(at: usize, length: i32, out: usize): void {
  const lanes = i32x4(0, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b)
  let a = v128.xor(i32x4.splat(<i32>word(SEED_A)), i32x4.replace_lane(lanes, 0, length))
  let b = v128.xor(i32x4.splat(<i32>word(SEED_B)), lanes)
  const mixA = i32x4.splat(MIX_A)
  const mixB = i32x4.splat(MIX_B)
  for (; length >= 16; length -= 16) {
    const words = v128.load(at)
    a = rotate(i32x4.mul(v128.xor(a, words), mixA), 13)
    b = rotate(i32x4.mul(v128.xor(v128.xor(b, words), before(a)), mixB), 15)
    at += 16
  }
  if (length > 0) {
    const words = v128.and(v128.load(at), firstBytes(length))
    a = rotate(i32x4.mul(v128.xor(a, words), mixA), 13)
    b = rotate(i32x4.mul(v128.xor(v128.xor(b, words), before(a)), mixB), 15)
  }
  store<i32>(out, fold(a))
  store<i32>(out, fold(b), 4)
}

// @ts-ignore: decorator
@inline
function rotate(row: v128, left: i32): v128 {
  return v128.or(i32x4.shl(row, left), i32x4.shr_u(row, 32 - left))
}

/** Each lane in the place of the next. */
// @ts-ignore: decorator
@inline
function before(row: v128): v128 {
  return v128.shuffle<i32>(row, row, 3, 0, 1, 2)
}

/** The last step of MurmurHash3 in every lane; then all of them in one word, each turned by another quarter. */
// @ts-ignore: decorator
@inline
function fold(row: v128): i32 {
  row = i32x4.mul(v128.xor(row, i32x4.shr_u(row, 16)), i32x4.splat(MIX_A))
  row = i32x4.mul(v128.xor(row, i32x4.shr_u(row, 13)), i32x4.splat(MIX_B))
  row = v128.xor(row, i32x4.shr_u(row, 16))
  const low = i32x4.extract_lane(row, 0) ^ rotl<i32>(i32x4.extract_lane(row, 1), 8)
  return low ^ rotl<i32>(i32x4.extract_lane(row, 2), 16) ^ rotl<i32>(i32x4.extract_lane(row, 3), 24)
}
