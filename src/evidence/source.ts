import type { Source } from './contract.js'
import { readDeviceChunks, readFileChunks } from './file.js'

/** A regular file, opened by its absolute path so that a change of the working folder does not lose it. */
export function fileSource(name: string, path: string, storedBytes: number): Source {
  return {
    name,
    kind: 'file',
    path,
    storedBytes,
    reopens: true,
    open: () => readFileChunks(path, storedBytes),
    openRange: (start, end) => readFileChunks(path, Math.min(end, storedBytes), start),
  }
}

/** A pipe, socket or device: bytes that come once. */
export function deviceSource(name: string, path: string): Source {
  return { name, kind: 'stream', reopens: false, open: onceOnly(name, () => readDeviceChunks(path)) }
}

/** Bytes that the caller hands in. */
export function streamSource(
  name: string,
  kind: 'stdin' | 'stream',
  bytes: () => AsyncIterable<Uint8Array>,
): Source {
  return { name, kind, reopens: false, open: onceOnly(name, () => checkedChunks(bytes())) }
}

function onceOnly(name: string, open: () => AsyncIterable<Uint8Array>): () => AsyncIterable<Uint8Array> {
  let opened = false
  return () => {
    if (opened) throw new Error(`${name} is a stream and can be read once`)
    opened = true
    return open()
  }
}

/**
 * Passes chunks on, and fails on one that is not bytes (a stream with an encoding set gives strings). `return()` reaches
 * the stream at once, also while a chunk is being waited for: a Node stream is destroyed, so that an idle one lets go.
 */
function checkedChunks(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = bytes[Symbol.asyncIterator]()
      return {
        next: async () => {
          const result = await chunks.next()
          if (!result.done && !(result.value instanceof Uint8Array)) {
            throw new TypeError(`the stream gave ${typeof result.value} where bytes were expected`)
          }
          return result
        },
        return: async () => {
          if (isDestroyable(bytes)) bytes.destroy()
          await chunks.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function isDestroyable(value: object): value is { destroy(): void } {
  return 'destroy' in value && typeof value.destroy === 'function'
}
