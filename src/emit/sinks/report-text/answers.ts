import type { AnswerChange, AnswerState, Report } from '../../../conclude/contract.js'
import { formatCount } from '../../../core/times.js'
import { answerSentences } from '../../answer-sentences.js'
import { type Line, wrap } from './layout.js'
import { shortTime, spaced } from './words.js'

/** The answers in plain sentences; what they stand on is in answers.json. */
export function answersSection(report: Report, width: number): Line[] {
  const lines = answerSentences(report).flatMap(({ text, tone }) =>
    wrap(text, Math.max(20, width - 4)).map(
      (line, index): Line => [{ text: index === 0 ? '  * ' : '    ', tone }, line],
    ),
  )
  return [[{ text: 'Answers', tone: 'heading' }], ...lines]
}

/** What moved since earlier answers, and why; nothing where there are none. */
export function changesSection({ changes }: Report, width: number): Line[] | null {
  if (changes === null) return null
  const head: Line = [
    { text: 'What changed', tone: 'heading' },
    changes.length === 0
      ? '   nothing: each answer is as before'
      : `   ${formatCount(changes.length)} answers`,
  ]
  return [head, ...changes.flatMap((change) => changeLines(change, width))]
}

function changeLines({ question, was, now, why }: AnswerChange, width: number): Line[] {
  const verdict = (state: AnswerState | null) => (state === null ? 'not asked' : spaced(state.verdict))
  const moved =
    verdict(was) === verdict(now) ? `${verdict(now)}, as before` : `was ${verdict(was)}, is ${verdict(now)}`
  const numbers = numbersMoved(was, now)
  const texts = [
    `${question}: ${moved}${numbers === '' ? '' : `; ${numbers}`}`,
    ...why.map(({ text }) => `because ${text}`),
  ]
  return texts.flatMap((text, place) =>
    wrap(text, Math.max(20, width - 6)).map(
      (line, index): Line => [
        place === 0 && index === 0 ? '  - ' : place > 0 && index === 0 ? '      ' : '    ',
        line,
      ],
    ),
  )
}

function numbersMoved(was: AnswerState | null, now: AnswerState | null): string {
  if (was === null || now === null) return ''
  const before = new Map(Object.entries(was.numbers))
  return Object.entries(now.numbers)
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => `${spaced(name)} ${shown(before.get(name))} to ${shown(value)}`)
    .join(', ')
}

function shown(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return 'unknown'
  return typeof value === 'number' ? formatCount(Math.round(value * 1000) / 1000) : shortTime(value)
}
