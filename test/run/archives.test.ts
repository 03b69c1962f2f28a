import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { NotRead } from '../../src/evidence/find.js'
import { type EvidenceInput, type LedgerEntry, readRecords } from '../../src/index.js'
import { type Files, tarHeader, tarOf, zipOf, zstdOf } from '../laws/archives.js'
import { combinedLine, inFolder, stream, textOf, writeSources } from '../laws/support.js'

function log(first: number, count: number): Buffer {
  return textOf(
    Array.from({ length: count }, (_, i) =>
      combinedLine({
        time: 1628942400000 + (first + i) * 1000,
        client: '192.0.2.7',
        target: `/${first + i}`,
        status: 200,
      }),
    ),
  )
}

const FILES: Files = {
  'var/log/a.log': log(0, 900),
  './b.log': log(900, 3),
  '.hidden': log(5000, 1),
  'empty/': Buffer.of(),
}
const WITHOUT_FOLDER = Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== 'empty/'))

interface Answer {
  readonly paths: string[]
  readonly ledger: readonly LedgerEntry[]
  readonly notRead: readonly NotRead[]
}

async function answerTo(evidence: readonly EvidenceInput[]): Promise<Answer> {
  const answer = {
    paths: [] as string[],
    ledger: [] as readonly LedgerEntry[],
    notRead: [] as readonly NotRead[],
  }
  const options = {
    onLedger: (ledger: readonly LedgerEntry[]) => {
      answer.ledger = ledger
    },
    onNotRead: (notRead: readonly NotRead[]) => {
      answer.notRead = notRead
    },
  }
  for await (const { path } of readRecords(evidence, options)) answer.paths.push(path!)
  answer.paths.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
  return answer
}

const ALL = Array.from({ length: 903 }, (_, i) => `/${i}`)
const namesOf = ({ ledger }: Answer) => ledger.map(({ names }) => names[0]!).sort()
const codesOf = ({ ledger }: Answer) => ledger.flatMap(({ faults }) => faults.map(({ code }) => code))

const ARCHIVES: Record<string, Buffer> = {
  'a.zip': zipOf(FILES),
  'stored.zip': zipOf(FILES, 'stored'),
  'a.tar': tarOf(WITHOUT_FOLDER),
  'a.tar.gz': gzipSync(tarOf(WITHOUT_FOLDER)),
  'a.tar.zst': zstdOf(tarOf(WITHOUT_FOLDER)),
}

describe('an archive', () => {
  it.each(Object.keys(ARCHIVES))(
    'gives each member as evidence of its own, with its path (%s)',
    async (name) => {
      const bytes = ARCHIVES[name]!
      const asFile = await inFolder(async (folder) => {
        const answer = await answerTo(writeSources(folder, { [name]: bytes }))
        expect(namesOf(answer)).toEqual([`${folder}/${name}!/b.log`, `${folder}/${name}!/var/log/a.log`])
        return answer
      })
      expect(asFile.paths).toEqual(ALL)
      expect(asFile.notRead).toEqual([])
      for (const chunk of [1000, 65536]) {
        const asStream = await answerTo([stream(name, bytes, chunk)])
        expect(asStream.paths).toEqual(ALL)
        expect(namesOf(asStream)).toEqual([`${name}!/b.log`, `${name}!/var/log/a.log`])
        expect(asStream.ledger.map(({ decodedSha256 }) => decodedSha256)).toEqual(
          asFile.ledger.map(({ decodedSha256 }) => decodedSha256),
        )
      }
    },
  )

  it('in an archive, and compressed members, are opened, to a depth of three', async () => {
    const inner = { 'a.log.gz': gzipSync(FILES['var/log/a.log']!), 'b.log.zst': zstdOf(FILES['./b.log']!) }
    const three = zipOf({ 'two.tar.gz': gzipSync(tarOf({ 'one.zip': zipOf(inner) })) })
    const answer = await answerTo([stream('three.zip', three, 5000)])
    expect(answer.paths).toEqual(ALL)
    expect(namesOf(answer)[0]).toBe('three.zip!/two.tar.gz!/one.zip!/a.log.gz')
    expect(answer.ledger.map(({ compression }) => compression).sort()).toEqual(['gzip', 'zstd'])
    const four = await answerTo([
      stream('four.tar', tarOf({ 'three.zip': three, 'b.log': FILES['./b.log']! }), 5000),
    ])
    expect(four.paths).toHaveLength(3)
    expect(four.notRead).toEqual([
      { name: 'four.tar!/three.zip!/two.tar.gz!/one.zip', reason: 'archives are opened to a depth of 3' },
    ])
  })

  it('tells long names, and what it leaves out', async () => {
    const long = `${'folder/'.repeat(30)}c.log`
    const tar = Buffer.concat([tarHeader('link', 0, '2'), tarOf({ [long]: log(0, 2) })])
    const answer = await answerTo([stream('a.tar', tar, 700)])
    expect(namesOf(answer)).toEqual([`a.tar!/${long}`])
    expect(answer.notRead).toEqual([{ name: 'a.tar!/link', reason: 'a link or device in the archive' }])
    const zip = zipOf({ 'a.log': log(0, 2), 'b.log': log(2, 2) })
    // flag and method in the directory's first entry
    const at = zip.indexOf('PK\x01\x02')
    zip.writeUInt16LE(1, at + 8)
    const secret = await answerTo([stream('a.zip', zip, 700)])
    expect(secret.paths).toEqual(['/2', '/3'])
    expect(secret.notRead).toEqual([{ name: 'a.zip!/a.log', reason: 'encrypted' }])
  })

  it('that is cut off gives the members before, and what there is of the last', async () => {
    const tar = tarOf({ 'a.log': log(0, 300), 'b.log': log(300, 300) })
    const cut = tar.subarray(0, tar.length - 20_000)
    for (const bytes of [cut, gzipSync(tar).subarray(0, -300), zstdOf(cut)]) {
      const answer = await answerTo([stream('a', bytes, 999)])
      expect(answer.paths.length).toBeGreaterThan(300)
      expect(answer.paths.slice(0, 300)).toEqual(ALL.slice(0, 300))
      expect(codesOf(answer)).toEqual(['truncated-compressed'])
      expect(answer.notRead.length).toBe(bytes[0] === 0x1f ? 1 : 0)
    }
    const zip = zipOf({ 'a.log': log(0, 300) })
    const noDirectory = await answerTo([stream('a.zip', zip.subarray(0, -60), 999)])
    expect(noDirectory.notRead[0]!.reason).toContain('the zip archive is damaged')
  })

  it('with a damaged member gives the others, and of it what stands before the damage', async () => {
    for (const method of ['deflated', 'stored'] as const) {
      const zip = zipOf({ 'a.log': log(0, 2000), 'b.log': log(2000, 3) }, method)
      zip[zip.indexOf('PK\x01\x02') - 1500]! ^= 0x3c
      const answer = await answerTo([stream('a.zip', zip, 4096)])
      expect(codesOf(answer)).toEqual(['corrupt-compressed'])
      expect(answer.paths.slice(-3)).toEqual(['/2000', '/2001', '/2002'])
      expect(answer.paths.length).toBeGreaterThan(1000)
    }
  })

  it('of random damage never stops a run', async () => {
    let state = 1
    const roll = (sides: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * sides)
    }
    for (const [name, bytes] of Object.entries(ARCHIVES)) {
      for (let turn = 0; turn < 15; turn++) {
        const damaged = Buffer.from(bytes)
        for (let i = 0; i < 3; i++) damaged[4 + roll(damaged.length - 4)] = roll(256)
        const answer = await answerTo([
          stream(name, damaged.subarray(0, damaged.length - roll(2) * roll(5000)), 65536),
        ])
        expect(codesOf(answer)).not.toContain('internal')
      }
    }
  })
})
