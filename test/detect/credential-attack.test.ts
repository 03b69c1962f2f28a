import { describe, expect, it } from 'vitest'
import { type BuiltInFinding, type Detector, detectors, type Observer } from '../../src/index.js'
import { combinedLine, type LoggedRequest, reportOn } from './access-log.js'

const CASE = { options: { format: 'apache-combined' } }
const NOON = Date.UTC(2021, 7, 14, 12)
const KIND = 'credential-attack'

type Attack = Extract<BuiltInFinding, { kind: 'credential-attack' }>

function line(second: number, request: LoggedRequest): string {
  return combinedLine({ ...request, at: new Date(NOON + second * 1000).toISOString().slice(0, 19) })
}

/** By their stamps, all of one day. */
function inOrder(lines: readonly string[]): string[] {
  const stamp = (text: string) => text.slice(text.indexOf('['), text.indexOf(']'))
  return lines.toSorted((a, b) => (stamp(a) < stamp(b) ? -1 : stamp(a) > stamp(b) ? 1 : 0))
}

async function attacksIn(lines: readonly string[], caseFile: object = CASE): Promise<Attack[]> {
  const { findings } = await reportOn(inOrder(lines), caseFile)
  return findings.filter((finding): finding is Attack => finding.kind === KIND)
}

const form = (second: number, isIn: boolean, more: LoggedRequest = {}) =>
  line(second, { method: 'POST', target: '/wp-login.php', status: isIn ? 302 : 200, ...more })

describe('an attacker with an account of his own', () => {
  const every = [2, 3, 4, 8]
  it.each(every)(
    'who logs in every %d times, at a form that shows no user, is not washed clean',
    async (n) => {
      const lines = Array.from({ length: 30 * n }, (_, i) => form(i * 4, i % n === n - 1))
      const [attack, ...others] = await attacksIn(lines)
      expect(attack).toMatchObject({ severity: 'high', outcome: 'unknown', measures: { explanation: null } })
      expect(others).toEqual([])
    },
  )

  it.each(every)('who logs in every %d times, where users show, is not washed clean', async (n) => {
    const lines = Array.from({ length: 30 * n }, (_, i) => {
      const isOwn = i % n === n - 1
      const user = isOwn ? 'mallory' : `victim${i % 3}`
      return line(i * 4, { target: '/intranet/', user, status: isOwn ? 200 : 401 })
    })
    const [attack] = await attacksIn(lines)
    expect(attack).toMatchObject({ severity: 'high', outcome: 'unknown', measures: { cancelled: 0 } })
  })
})

describe('many people behind one address', () => {
  /** Each fails some times and then gets in. */
  const office = (slipsOf: (person: number) => number, more: (person: number) => LoggedRequest) =>
    Array.from({ length: 80 }, (_, person) => {
      const slips = slipsOf(person)
      return Array.from({ length: slips + 1 }, (_, i) => form(person * 20 + i * 6, i === slips, more(person)))
    }).flat()
  const browsers = (person: number) => ({ agent: `Mozilla/5.0 (${person % 9})` })

  it('who mostly get in are no attack, whatever they have for a browser', async () => {
    const same = () => ({ agent: 'Mozilla/5.0 (the same everywhere)' })
    expect(await attacksIn(office((person) => [1, 0, 1, 1][person % 4]!, same))).toEqual([])
  })

  it('who slip more than once are explained, where they are seen to be many', async () => {
    const attacks = await attacksIn(office(() => 2, browsers))
    expect(attacks.map(({ severity, measures }) => [severity, measures.explanation])).toEqual([
      ['low', 'many-people'],
    ])
  })

  it('do not hide who never gets in', async () => {
    const lines = office(() => 2, browsers)
    const tool = Array.from({ length: 60 }, (_, i) => form(300 + i * 3, false, { agent: 'tool/1.0' }))
    const [attack, ...others] = await attacksIn([...lines, ...tool])
    expect(attack).toMatchObject({ severity: 'medium', measures: { failures: 60, explanation: null } })
    expect(attack!.start).toBe('2021-08-14T12:05:00.000Z')
    expect(others).toEqual([])
  })
})

describe('an outage', () => {
  const me = (second: number, status: number, more: LoggedRequest) =>
    line(second, { target: '/api/me', status, ...more })
  const carrier = Array.from({ length: 24 }, (_, i) =>
    me(i * 5, 401, { client: '100.64.0.1', agent: `app/${i % 4}` }),
  ).concat(Array.from({ length: 4 }, (_, i) => me(200 + i, 200, { client: '100.64.0.1', agent: `app/${i}` })))
  const others = (count: number, isServed: boolean) =>
    Array.from({ length: count }, (_, i) => {
      const who = { client: `198.51.${i % 5}.${10 + i}`, agent: 'app/1' }
      return [me(i, 401, who), me(60 + i, 401, who), ...(isServed ? [me(190 + i, 200, who)] : [])]
    }).flat()
  const explained = async (lines: readonly string[]) =>
    (await attacksIn(lines)).map(({ severity, measures }) => [severity, measures.explanation])

  it('explains who is refused with many others, and served again as they are', async () => {
    expect(await explained([...carrier, ...others(8, true)])).toEqual([['low', 'outage']])
  })

  it('is none with fewer others, with others who are never served, and on a quiet route', async () => {
    expect(await explained([...carrier, ...others(7, true)])).toEqual([['high', null]])
    expect(await explained([...carrier, ...others(40, false)])).toEqual([['high', null]])
    expect(await explained(carrier)).toEqual([['high', null]])
  })

  it('is none where as many are refused all day', async () => {
    const day = Array.from({ length: 200 }, (_, round) =>
      Array.from({ length: 4 }, (_, i) => {
        const who = { client: `203.0.${(round * 4 + i) % 250}.${round}`, agent: 'app/1' }
        return [me(400 + round * 60 + i, 401, who), me(430 + round * 60 + i, 200, who)]
      }),
    ).flat(2)
    expect(await explained([...carrier, ...others(8, true), ...day])).toEqual([['high', null]])
  })
})

it('an attack on a path that is served to all others is found beside them', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => [
    line(i * 5, { target: '/api/me', status: 401, agent: 'tool/1.0' }),
    line(i * 5, { target: '/api/me', status: 200, client: `198.51.100.${i}` }),
  ]).flat()
  const attacks = await attacksIn(lines)
  expect(attacks.map(({ severity, subject }) => [severity, subject.clients])).toEqual([
    ['medium', ['203.0.113.9']],
  ])
})

it('a floor of the case is the floor', async () => {
  const lines = Array.from({ length: 4 }, (_, i) => form(i * 10, false))
  expect(await attacksIn(lines)).toEqual([])
  const caseFile = { ...CASE, thresholds: { [KIND]: { burstFailures: 4 } } }
  expect(await attacksIn(lines, caseFile)).toMatchObject([{ measures: { failures: 4, floors: ['1min'] } }])
})

describe('more than memory holds', () => {
  /** Investigates with a detector that has this little. */
  async function bounded(lines: readonly string[], little: { memoryBytes?: number; maxCandidates?: number }) {
    const original = detectors.find(({ id }) => id === KIND)!
    let observer: Observer | null = null
    const detector: Detector = {
      ...original,
      id: 'bounded',
      severities: { attempts: 'low', sustained: 'medium' },
      create(input) {
        observer = original.create({ ...input, ...little, threshold: (name) => thresholdOf(original, name) })
        return observer
      },
    }
    const { findings, reading } = await reportOn(inOrder(lines), CASE, { detectors: [detector] })
    const bounds = reading.bounds.filter(({ name }) => name.startsWith(`${KIND}: `))
    return { findings: findings.filter(({ kind }) => (kind as string) === KIND), bounds, observer: observer! }
  }

  const thresholdOf = ({ thresholds }: Detector, name: string): number =>
    thresholds.find((it) => it.name === name)!.default

  const crowd = Array.from({ length: 4000 }, (_, i) =>
    form(i, false, { client: `10.0.${i >> 8}.${i & 255}`, agent: 'Mozilla/5.0' }),
  )
  const attacker = Array.from({ length: 60 }, (_, i) => form(i * 60, false))

  it('clients with the fewest attempts are folded, counted, and none of them is lost', async () => {
    const lines = [...crowd, ...attacker]
    const { bounds, observer } = await bounded(lines, { memoryBytes: 100_000 })
    const folded = bounds.find(({ name }) => name === `${KIND}: attempts`)!
    expect(folded.count + observer.snapshot().clients!).toBe(4001)
    expect(folded.effect).toContain('with ')
  })

  it('cited candidates with the fewest lines are folded first, and coverage says so', async () => {
    const twice = [...crowd.slice(0, 200), ...crowd.slice(0, 200)]
    const { bounds, findings } = await bounded([...twice, ...attacker], { maxCandidates: 16 })
    expect(bounds.map(({ name }) => name)).toContain(`${KIND}: candidates`)
    expect(findings.some(({ subject }) => subject.clients.includes('203.0.113.9'))).toBe(true)
  })

  it('nothing is said where there is room', async () => {
    const { bounds } = await bounded(crowd, {})
    expect(bounds).toEqual([])
  })
})
