import { METHODS } from '../../columns/contract.js'
import { type Arena, arenaOfThread } from '../../core/arena.js'
import { METHODS_AT } from './low-memory.js'
import { KERNEL_BASE64 } from './wasm.js'

/** What assembly/index.ts exports. Addresses are indexes into the arena's buffer. */
export interface Kernel {
  /** How many lines from `line` on it read into rows from `row` on, by the layout that is in low memory. */
  scan(line: number, lineCount: number, row: number): number
  /** The same by the field map. */
  scanMembers(line: number, lineCount: number, row: number): number
  /** How many entries of lines it made. */
  cut(
    raw: number,
    at: number,
    to: number,
    base: number,
    longest: number,
    table: number,
    capacity: number,
    entry: number,
    number: number,
  ): number
  /** Index behind the last line of which `cut` made an entry. */
  cutEnd(): number
}

let threadKernel: Kernel | null | undefined

/** The kernel on this thread's arena; null where there is no arena, or no WebAssembly with 128-bit registers. */
export function kernelOfThread(): Kernel | null {
  if (threadKernel === undefined) threadKernel = instantiate()
  return threadKernel
}

function instantiate(): Kernel | null {
  const arena = arenaOfThread()
  if (arena === null) return null
  try {
    writeMethods(arena)
    const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'))
    return new WebAssembly.Instance(module, { env: { memory: arena.memory } }).exports as unknown as Kernel
  } catch {
    return null
  }
}

function writeMethods({ buffer }: Arena): void {
  const encoder = new TextEncoder()
  METHODS.forEach((method, number) => {
    new Uint8Array(buffer).set(encoder.encode(method), METHODS_AT + 16 * number)
  })
}
