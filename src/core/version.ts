import { createRequire } from 'node:module'

/** The package's version, as package.json states it. */
export const version: string = (createRequire(import.meta.url)('postern/package.json') as { version: string })
  .version
