/** Writes archives and zstd by their grammar, so that tests need neither a tool nor a library for it. */

import { gzipSync } from 'node:zlib'

export type Files = Readonly<Record<string, Uint8Array>>

/** A zip archive. Members are deflated, or only stored. */
export function zipOf(files: Files, method: 'deflated' | 'stored' = 'deflated'): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, bytes] of Object.entries(files)) {
    // gzip has the same data, check value and size
    const gzip = gzipSync(bytes)
    const data = method === 'stored' ? Buffer.from(bytes) : gzip.subarray(10, -8)
    const name = Buffer.from(path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(method === 'stored' ? 0 : 8, 4)
    gzip.copy(common, 10, gzip.length - 8, gzip.length - 4)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.of(20, 0), common, rest, name]))
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}

/** A tar archive; long paths by a pax header. */
export function tarOf(files: Files): Buffer {
  const parts = Object.entries(files).flatMap(([path, bytes]) => {
    const body = [tarHeader(path.slice(-99), bytes.length, '0'), padded(bytes)]
    if (path.length < 100) return body
    const pair = ` path=${path}\n`
    const length = Buffer.byteLength(pair) + 3 // of three digits itself
    const pax = Buffer.from(`${length}${pair}`)
    return [tarHeader('PaxHeader', pax.length, 'x'), padded(pax), ...body]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

export function tarHeader(name: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write(`${size.toString(8).padStart(11, '0')} `, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** zstd of raw blocks, in frames of one window of 128 KiB. */
export function zstdOf(bytes: Uint8Array, blockBytes = 100_000): Buffer {
  const parts: Buffer[] = [Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3)]
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes)
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | (at + blockBytes >= bytes.length ? 1 : 0), 0, 3)
    parts.push(header, Buffer.from(block))
  }
  return Buffer.concat(parts)
}
