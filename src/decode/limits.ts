/** Decoded bytes of a head: enough lines to recognise a format and a producer by, and to tell two sources apart. */
export const HEAD_BYTES = 64 * 1024

/** Decoded bytes of one block: about a thousand lines, and small enough to stay in a core's own cache. */
export const BLOCK_BYTES = 256 * 1024

/** Longest line that is read whole. Servers stop at 8 to 64 KiB a header; what is longer is damage or an attack. */
export const MAX_LINE_BYTES = 1024 * 1024

/** Bytes after the last line's end that a block always has, so that a scanner may read past an end in steps. */
export const SPARE_BYTES = 16
