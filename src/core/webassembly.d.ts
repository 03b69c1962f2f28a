/**
 * What Node has of the WebAssembly JavaScript interface and is used here. The types that TypeScript has are part of those of
 * browsers.
 *
 * @see https://www.w3.org/TR/wasm-js-api-2/
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBufferLike
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}
