import { toIso } from '../core/times.js'
import { restsOn } from '../coverage/rests-on.js'
import type { DeclaredEntryPoint } from '../detect/contract.js'
import type {
  Attempts,
  ClosureAnswer,
  ClosureContext,
  ClosureJudgement,
  ClosureVerdict,
  EntryPointAnswer,
  EntryPointVerdict,
  MeasuredClosing,
} from './contract.js'
import type { Door } from './door.js'
import type { DoorLog, JudgedDoor } from './door-log.js'
import type { ClosureTrace } from './observer.js'
import { closingRemarks, entryRemarks } from './remarks.js'
import { NOT_MEASURABLE } from './turn.js'
import { judgeClosing, logsOf } from './verdict.js'

/** Lines that a verdict cites. */
const CITED = 10

/** Judges each declared closing by what was seen at the door and by what the logs cover. */
export function judgeClosures(trace: ClosureTrace, context: ClosureContext): ClosureJudgement {
  return {
    entryPoints: trace.uses.map((use, entry) => entryPointAnswer(trace, use, entry, context)),
    closures: trace.doors.map((door, number) => closureAnswer(trace, door, number, context)),
  }
}

function entryPointAnswer(
  trace: ClosureTrace,
  log: DoorLog,
  entry: number,
  context: ClosureContext,
): EntryPointAnswer {
  const rule = trace.input.entryPoints[entry]!
  const use = log.judge((size) => trace.isDenialSize(entry, size))
  const { attempts } = use
  const verdict = useVerdict(attempts)
  return {
    verdict,
    basis: [{ code: verdict, text: USE_BASIS[verdict] }],
    numbers: { requests: attempts.requests, served: attempts.served, accepted: attempts.accepted },
    evidence: [...use.given, ...use.refused, ...use.unclear].slice(0, CITED),
    findings: [],
    wouldChange:
      verdict === 'untouched' ? ['logs of other servers or times', 'another spelling of the rule'] : [],
    restsOn: restsOn(context.logs, null, null),
    entryPoint: rule.id,
    rule: ruleText(rule),
    use: attempts,
    remarks: entryRemarks(trace, entry, attempts, context),
  }
}

function useVerdict({ requests, served, accepted, denied }: Attempts): EntryPointVerdict {
  if (served + accepted > 0) return 'served'
  if (requests === 0) return 'untouched'
  return denied > 0 ? 'attempted' : 'unclear'
}

const USE_BASIS: Readonly<Record<EntryPointVerdict, string>> = {
  served: 'requests for it were answered',
  attempted: 'requests for it were denied, and none was answered',
  untouched: 'no request for it is in the logs',
  unclear: 'of no request for it does the log say what it got',
}

function closureAnswer(
  trace: ClosureTrace,
  door: Door,
  number: number,
  context: ClosureContext,
): ClosureAnswer {
  const rule = trace.input.entryPoints[door.entry]!
  const isDenialSize = (size: number) => trace.isDenialSize(door.entry, size)
  const before = door.before.judge(isDenialSize)
  const after = door.after.judge(isDenialSize)
  const measured = withoutSoft(door.turn.measure(door.period, door.slackMs), after)
  const { verdict, basis } = judgeClosing(door, after, rule.hosts !== undefined, context)
  const { shown: aliases, count: aliasCount } = door.aliases(
    ruleText(rule),
    trace.input.trustedProxies.length > 0,
  )
  const open = aliases.filter(({ served }) => served > 0).length
  const { from, to, uncertaintyMs } = door.period
  return {
    verdict,
    basis: open === 0 ? basis : [...basis, { code: 'alias-served', text: aliasText(open) }],
    numbers: numbersOf(after, measured, open),
    evidence: evidenceOf(verdict, after),
    findings: [],
    wouldChange: WOULD_CHANGE[verdict],
    restsOn: restsOn(logsOf(door, context.logs), toIso(from), to === undefined ? null : toIso(to)),
    entryPoint: rule.id,
    rule: ruleText(rule),
    period: { from: toIso(from), to: to === undefined ? null : toIso(to), uncertaintyMs },
    before: before.attempts,
    after: after.attempts,
    measured,
    aliases,
    aliasCount,
    ...trace.users[number]!,
    remarks: closingRemarks(door, measured, context),
  }
}

/** An answer that turned out to have the size of a denial is none that was served: when the answers turned is not known then. */
function withoutSoft(measured: MeasuredClosing, { attempts, lastGiven }: JudgedDoor): MeasuredClosing {
  const { lastServed } = measured
  const isSoft =
    attempts.softDenied > 0 &&
    lastServed !== null &&
    attempts.first !== null &&
    lastServed >= attempts.first &&
    Date.parse(lastServed) > lastGiven
  return isSoft ? NOT_MEASURABLE : measured
}

function aliasText(open: number): string {
  return open === 1 ? 'another way to it was still served' : `${open} other ways to it were still served`
}

/** 3 / n: with n attempts, all denied, the chance of success lies below it with 95 % confidence (the rule of three). */
function numbersOf(
  { attempts, given }: JudgedDoor,
  { differenceMs }: MeasuredClosing,
  aliasesServed: number,
) {
  const { requests, principals, served, accepted, denied, unclear, softDenied, inFlight, spellingCount } =
    attempts
  const span =
    attempts.first === null ? null : (Date.parse(attempts.last!) - Date.parse(attempts.first)) / 1000
  return {
    attempts: requests,
    principals,
    served,
    accepted,
    denied,
    unclear,
    softDenied,
    inFlight,
    spellings: spellingCount,
    spanSeconds: span,
    successAtMost: served + accepted === 0 && denied > 0 ? Math.min(1, 3 / denied) : null,
    measuredDifferenceSeconds: differenceMs === null ? null : differenceMs / 1000,
    lastAnswered: given.length === 0 ? null : toIso(Math.max(...given.map(({ time }) => time))),
    aliasesServed,
  }
}

/** What shows the verdict: answers that gave something, else denials, first and last, else unclear ones. */
function evidenceOf(verdict: ClosureVerdict, { given, refused, unclear }: JudgedDoor) {
  if (verdict === 'violated') return given.slice(0, CITED)
  const half = CITED / 2
  const denials = refused.length <= CITED ? refused : [...refused.slice(0, half), ...refused.slice(-half)]
  return [...denials, ...unclear].slice(0, CITED)
}

/** The rule as a person would name it. */
function ruleText({ path, prefix, pattern, methods, hosts }: DeclaredEntryPoint): string {
  const where = path ?? (prefix === undefined ? pattern : `${prefix}/**`) ?? ''
  const method = methods === undefined ? '' : `${methods.join(' or ')} `
  return `${method}${hosts === undefined ? '' : hosts.join(' or ')}${where}`
}

const WOULD_CHANGE: Readonly<Record<ClosureVerdict, readonly string[]>> = {
  violated: [
    'a closing that was declared for the wrong time or zone',
    'a function that was put at the same path after it',
  ],
  held: ['a request that was served after it, in a log or a spelling that is not among these'],
  'not-exercised': ['any attempt after the closing, in other logs or a test made now'],
  unverifiable: ['logs that cover the closing, state hosts and denials, and can be read'],
}
