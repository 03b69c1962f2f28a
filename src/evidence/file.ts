import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Size of the first read. Most files are opened once for their head alone, which needs little more than 64 KiB. */
const FIRST_READ_BYTES = 128 * 1024
/** Size of every later read: at 1 MiB the cost of a call is below one in a hundred. */
const READ_BYTES = 1024 * 1024

/**
 * Reads a regular file from `start`, its first byte by default, up to `limitBytes`, read-only.
 *
 * One read runs ahead of the chunk that is being used, so that the disk works while the caller does. Chunks share two
 * buffers: each is valid until the next one is asked for. Ends early where the file is shorter. Descriptor and buffers
 * are freed when the iteration ends, also by `return()`.
 */
export async function* readFileChunks(
  path: string,
  limitBytes: number,
  start = 0,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r')
  let ahead: Promise<Uint8Array> | null = null
  try {
    const first = await readAt(
      file,
      Buffer.allocUnsafe(Math.min(FIRST_READ_BYTES, Math.max(0, limitBytes - start))),
      start,
    )
    let position = start + first.length
    if (first.length === 0) return
    yield first
    let front: Buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, limitBytes - position))
    let back: Buffer | null = null
    while (position < limitBytes) {
      const chunk = await (ahead ?? readAt(file, front.subarray(0, limitBytes - position), position))
      ahead = null
      if (chunk.length === 0) return
      position += chunk.length
      if (position === limitBytes) {
        yield chunk
        return
      }
      back ??= Buffer.allocUnsafe(Math.min(READ_BYTES, limitBytes - position))
      ahead = readAhead(file, back.subarray(0, limitBytes - position), position)
      yield chunk
      const used: Buffer = front
      front = back
      back = used
    }
  } finally {
    await ahead?.catch(ignore)
    await file.close()
  }
}

/**
 * Reads a pipe or a device until it ends. Nothing is read ahead: a read waits for the writer, and nobody may be waiting
 * for it.
 */
export async function* readDeviceChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, constants.O_RDONLY)
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    while (true) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, buffer: Buffer, position: number): Promise<Uint8Array> {
  if (buffer.length === 0) return buffer
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
  return buffer.subarray(0, bytesRead)
}

/** A read whose failure waits for whoever takes the chunk, and is nobody's unhandled rejection until then. */
function readAhead(file: FileHandle, buffer: Buffer, position: number): Promise<Uint8Array> {
  const chunk = readAt(file, buffer, position)
  chunk.catch(ignore)
  return chunk
}

function ignore(): void {}
