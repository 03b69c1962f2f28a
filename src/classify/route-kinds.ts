import { DOT } from '../core/bytes.js'

/** What a route is for, as far as its name tells. Names prove nothing; they word a finding and weigh its explanations. */

const ASSETS = 'css js mjs map woff woff2 ttf otf eot ico png jpg jpeg gif svg webp avif bmp ts m4s'.split(
  ' ',
)
/** Extensions up to five bytes as one number, lower case. */
const ASSET_CODES = new Set(
  ASSETS.map((name) => [...name].reduce((code, glyph) => code * 64 + glyph.charCodeAt(0), 0)),
)
const LONGEST = 5

/** Whether a path ends like something that pages pull in by themselves: styles, scripts, fonts, images, media segments. */
export function isAssetPath(bytes: Uint8Array, start: number, length: number): boolean {
  let code = 0
  let scale = 1
  for (let at = start + length - 1, least = Math.max(start, at - LONGEST); at >= least; at--) {
    const byte = bytes[at]!
    if (byte === DOT) return ASSET_CODES.has(code)
    code += (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte) * scale
    scale *= 64
  }
  return false
}

const ARCHIVE =
  /\.(?:zip|tgz|tar|gz|bz2|xz|7z|rar|zst|sql|dump|bak|mdb|sqlite|csv|tsv|xlsx?|parquet|jsonl|ndjson|pst|mbox|ldif)$/i
const EXPORT_WORD =
  /(?:^|[/_.-])(?:exports?|downloads?|dumps?|backups?|archives?|reports?|csv|bulk)(?:$|[/_.?-])/i

/** Whether a route's name says that it hands out data by the heap: archives, dumps, tables, exports, downloads, reports. */
export function isExportLike(route: string): boolean {
  return ARCHIVE.test(route) || EXPORT_WORD.test(route)
}

const API = /(?:^|[/_.-])(?:api|rest|graphql|rpc|odata|soap|ajax|json|xml|v\d{1,2})(?:$|[/_.-])/i

/** Whether a route's name says that programs call it, not people. */
export function isApiLike(route: string): boolean {
  return API.test(route)
}
