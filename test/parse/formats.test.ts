import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formats } from '../../src/parse/formats/registry.js'
import { formatKit } from './format-kit.js'

describe('the registry of formats', () => {
  it('holds every folder, in order, under its own name', () => {
    const folders = readdirSync('src/parse/formats', { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(formats.map((format) => format.id)).toEqual(folders.map((folder) => folder.name).sort())
  })

  it('pins each name once', () => {
    const names = formats.flatMap((format) => [format.id, ...Object.keys(format.pins ?? {})])
    expect(new Set(names).size).toBe(names.length)
  })
})

for (const format of formats) formatKit(format, formats)
