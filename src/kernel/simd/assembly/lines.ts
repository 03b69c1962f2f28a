/** Finds lines, as decode/cut.ts does. */

const LF: i32 = 0x0a
const CR: i32 = 0x0d

/** Index of the byte behind the last line that `cut` made an entry of. */
let cutTo: i32 = 0

export function cutEnd(): i32 {
  return cutTo
}

/** Bits of the sixty-four bytes from `chunk` on that are line feeds; those behind `to` are of no line. */
// @ts-ignore: decorator
@inline
function feedsOf(raw: usize, chunk: i32, to: i32): u64 {
  if (chunk + 64 > to) return lastFeedsOf(raw, chunk, to)
  const needle = i8x16.splat(<i8>LF)
  const a = i8x16.eq(v128.load(raw + chunk), needle)
  const b = i8x16.eq(v128.load(raw + chunk, 16), needle)
  const c = i8x16.eq(v128.load(raw + chunk, 32), needle)
  const d = i8x16.eq(v128.load(raw + chunk, 48), needle)
  // most have none
  if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return 0
  return (
    (<u64>(<u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)))) |
    (<u64>(<u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16))) << 32)
  )
}

function lastFeedsOf(raw: usize, chunk: i32, to: i32): u64 {
  let feeds: u64 = 0
  for (let i = 0; chunk + i < to; i++) feeds |= <u64>(load<u8>(raw + chunk + i) == LF) << i
  return feeds
}

/**
 * Makes the entries of whole lines, until one begins with NUL or is longer than `longest`, or the table is full.
 *
 *     203.0.113.9 ... 200 5\r\n203.0.113.9 ... 200 7\n
 *     ^at                  ^end                      ^to
 *                            ^feed
 *
 * @param raw       Address of the text; `at` and `to` are indexes into it.
 * @param base      Place of the text's first byte.
 * @param table     Address of the table's columns, side by side in the order of decode/block.ts.
 * @param capacity  Entries that the table has room for.
 * @param entry     The first one to make.
 * @param number    Number of the first line.
 * @returns How many entries it made.
 */
export function cut(
  raw: usize,
  at: i32,
  to: i32,
  base: f64,
  longest: i32,
  table: usize,
  capacity: i32,
  entry: i32,
  number: u32,
): i32 {
  const first = entry
  const offsets = table
  const lengths = table + 8 * capacity
  const starts = table + 16 * capacity
  const ends = table + 20 * capacity
  const numbers = table + 24 * capacity
  const kinds = table + 28 * capacity
  for (let chunk = at; chunk < to; chunk += 64) {
    for (let feeds = feedsOf(raw, chunk, to); feeds; feeds &= feeds - 1) {
      const feed = chunk + <i32>ctz(feeds)
      const end = feed > at && <i32>load<u8>(raw + feed - 1) == CR ? feed - 1 : feed
      if (entry == capacity || load<u8>(raw + at) == 0 || end - at > longest) {
        cutTo = at
        return entry - first
      }
      store<f64>(offsets + (entry << 3), base + <f64>at)
      store<f64>(lengths + (entry << 3), <f64>(end - at))
      store<u32>(starts + (entry << 2), at)
      store<u32>(ends + (entry << 2), end)
      store<u32>(numbers + (entry << 2), number++)
      store<u8>(kinds + entry, 0)
      entry++
      at = feed + 1
    }
  }
  cutTo = at
  return entry - first
}
