import type { Alias, ClosureAnswer, Elsewhere, HostUse } from '../../../closure/contract.js'
import type { AnswerChange, AnswerState, Report } from '../../../conclude/contract.js'
import type { Basis } from '../../../core/answer.js'
import { briefTime, formatBytes, formatCount, formatDuration } from '../../../core/times.js'
import type { EvidenceReference } from '../../../findings/contract.js'
import { answerSentences } from '../../answer-sentences.js'
import { citations, type Files } from './citations.js'
import { html, type Markup, type Part } from './markup.js'
import { counted, spaced } from './words.js'

type Closure = ClosureAnswer<EvidenceReference>

/** A word with a shape and a colour, so that none of the three is needed alone. */
export function badge(tone: string, text: string): Markup {
  return html`<span class="badge ${tone}">${text}</span>`
}

const TONE_WORDS: Readonly<Record<string, string>> = {
  critical: 'critical',
  high: 'high',
  medium: 'attention',
  low: 'low',
  info: 'note',
  good: 'good',
}

/** The answers as sentences, worst first as they come. */
export function answersSection(report: Report): Markup {
  const items = answerSentences(report).map(
    ({ tone, text }) => html`<li>${badge(tone, TONE_WORDS[tone] ?? tone)} <span>${text}</span></li>`,
  )
  return html`<section aria-labelledby="answers"><h2 id="answers">Answers</h2><ul class="answers">${items}</ul></section>`
}

/** What moved since earlier answers. */
export function changesSection({ changes }: Report): Markup | null {
  if (changes === null) return null
  const body =
    changes.length === 0
      ? html`<p>Nothing: each answer is as before.</p>`
      : html`<table><thead><tr><th scope="col">Question</th><th scope="col">Was</th><th scope="col">Is</th><th scope="col">Because</th></tr></thead><tbody>${changes.map(changeRow)}</tbody></table>`
  return html`<section aria-labelledby="changes"><h2 id="changes">What changed</h2>${body}</section>`
}

function changeRow({ question, was, now, why }: AnswerChange): Markup {
  const verdict = (state: AnswerState | null) => (state === null ? 'not asked' : spaced(state.verdict))
  return html`<tr><th scope="row">${question}</th><td>${verdict(was)}</td><td>${verdict(now)}</td><td>${why.map(({ text }) => html`<p>${text}</p>`)}</td></tr>`
}

const VERDICT_TONES: Readonly<Record<string, string>> = {
  violated: 'critical',
  held: 'good',
  'not-exercised': 'info',
  unverifiable: 'medium',
}

/** One card a declared closing. */
export function closuresSection({ answers }: Report, files: Files): Markup {
  const cards = answers.closure.map((answer) => closureCard(answer, files))
  const unused = answers.entryPoints
    .filter(({ remarks }) => remarks.length > 0)
    .map(
      ({ entryPoint, remarks }) =>
        html`<li><b>${entryPoint}</b>: ${remarks.map(({ text }) => text).join('; ')}</li>`,
    )
  return html`<section aria-labelledby="doors"><h2 id="doors">Closed doors</h2>${
    cards.length === 0 ? html`<p>No entry point with a closing time is declared.</p>` : cards
  }${unused.length === 0 ? null : html`<h3>About the declarations</h3><ul>${unused}</ul>`}</section>`
}

function closureCard(answer: Closure, files: Files): Markup {
  const { verdict, rule, period, basis, remarks, wouldChange, restsOn } = answer
  const until = period.to === null ? '' : ` to ${briefTime(period.to)}`
  return html`<article class="card"><h3>${badge(VERDICT_TONES[verdict] ?? 'info', spaced(verdict))} <span>${rule}</span></h3>
<p>Declared closed from ${briefTime(period.from)}${until}${
    period.uncertaintyMs > 0 ? `, give or take ${formatDuration(period.uncertaintyMs)}` : ''
  }.</p>
${reasons(basis)}${attemptsTable(answer)}${measuredText(answer)}${otherWays(answer)}${elsewhere(answer)}${
  remarks.length === 0 ? null : html`<p class="remark">${remarks.map(({ text }) => text).join('; ')}.</p>`
}${citations('Lines that show it', answer.evidence, files)}
<details><summary>What would change this</summary><ul>${wouldChange.map((text) => html`<li>${text}</li>`)}</ul><p>It rests on ${
    restsOn.logs.length === 0 ? 'no log' : restsOn.logs.join(', ')
  }; ${counted(restsOn.gapCount, 'gap')} in that time.</p></details></article>`
}

function reasons(basis: readonly Basis[]): Markup {
  return html`<ul>${basis.map(({ text }) => html`<li>${text}</li>`)}</ul>`
}

function attemptsTable({ before, after, numbers }: Closure): Markup {
  const row = (
    name: string,
    { requests, served, accepted, denied, unclear, principals, bytes }: Closure['after'],
  ) =>
    html`<tr><th scope="row">${name}</th>${[requests, served, accepted, denied, unclear, principals].map(
      (count) => html`<td class="number">${formatCount(count)}</td>`,
    )}<td class="number">${formatBytes(bytes)}</td></tr>`
  const bound = numbers.successAtMost
  const note =
    typeof bound === 'number'
      ? html`<p class="quiet">If all attempts were alike, one more would be let in with a chance of at most ${(bound * 100).toFixed(bound < 0.1 ? 1 : 0)} % (95 % confidence).</p>`
      : null
  return html`<div class="wide"><table><thead><tr><th scope="col">Requests</th>${[
    'all',
    'served',
    'accepted',
    'denied',
    'unclear',
    'by',
    'sent',
  ].map(
    (name) => html`<th scope="col" class="number">${name}</th>`,
  )}</tr></thead><tbody>${row('before the closing', before)}${row('after it', after)}</tbody></table></div>${note}${
    after.spellingCount > 1 || after.softDenied > 0 || after.inFlight > 0
      ? html`<p class="quiet">After it: ${counted(after.spellingCount, 'spelling')} (${after.spellings.slice(0, 5).join(' ')}), ${formatCount(after.softDenied)} answered 200 with the size of a denial, ${formatCount(after.inFlight)} in flight at the closing.</p>`
      : null
  }${hostsTable(after)}`
}

/** Which host answered, and which denied; one alone says nothing. */
function hostsTable({ hosts, hostCount }: Closure['after']): Markup | null {
  if (hostCount < 2) return null
  const row = ({ host, requests, answered, denied }: HostUse) =>
    html`<tr><th scope="row">${host}</th>${[requests, answered, denied].map((count) => html`<td class="number">${formatCount(count)}</td>`)}</tr>`
  return html`<details><summary>By host, after it: ${counted(hostCount, 'host')}</summary><div class="wide"><table><thead><tr><th scope="col">Host</th><th scope="col" class="number">requests</th><th scope="col" class="number">answered</th><th scope="col" class="number">denied</th></tr></thead><tbody>${hosts.map(row)}</tbody></table></div></details>`
}

function measuredText({ measured }: Closure): Markup {
  const { lastServed, firstDenied, verdict } = measured
  if (lastServed === null || firstDenied === null)
    return html`<p>When it was closed cannot be measured: the log has no answer that was served before and denied after.</p>`
  const against = {
    'as-declared': 'as declared',
    earlier: 'earlier than declared',
    later: 'later than declared',
  }
  return html`<p>Measured: last served at ${briefTime(lastServed)}, first denied at ${briefTime(firstDenied)}: ${verdict === 'not-measurable' ? '' : against[verdict]}.</p>`
}

function otherWays({ aliases, aliasCount }: Closure): Markup | null {
  if (aliasCount === 0) return null
  const row = ({ kind, route, requests, served, principals }: Alias<EvidenceReference>) =>
    html`<tr><th scope="row">${route}</th><td>${spaced(kind)}</td>${[requests, served, principals].map((count) => html`<td class="number">${formatCount(count)}</td>`)}</tr>`
  return html`<h4>Other ways to it, after the closing</h4><div class="wide"><table><thead><tr><th scope="col">Route</th><th scope="col">by</th><th scope="col" class="number">requests</th><th scope="col" class="number">served</th><th scope="col" class="number">principals</th></tr></thead><tbody>${aliases.map(row)}</tbody></table></div>`
}

function elsewhere({ carryOver, successors, successorCount, egress, egressCount }: Closure): Part {
  const carried = carryOver.tokens + carryOver.sessions
  const list = (title: string, routes: readonly Elsewhere<EvidenceReference>[], count: number) =>
    count === 0
      ? null
      : html`<details><summary>${title}: ${counted(count, 'route')}</summary><ul>${routes.map(
          ({ route, served, bytes, principals }) =>
            html`<li>${route}: ${formatCount(served)} served, ${formatBytes(bytes)}, ${counted(principals, 'principal')}</li>`,
        )}</ul></details>`
  return [
    html`<p>${counted(carryOver.usersBefore, 'principal')} had been served before the closing. ${
      carried === 0
        ? 'No session or token of theirs was carried over.'
        : `${counted(carryOver.tokens, 'token or user', 'tokens and users')} and ${counted(carryOver.sessions, 'open session')} were still served elsewhere after it: ${formatCount(carryOver.served)} times, ${formatBytes(carryOver.bytes)}.`
    }</p>`,
    list(
      'Routes that nobody had asked for before, and that served them after it',
      successors,
      successorCount,
    ),
    list('Routes that served them before and after', egress, egressCount),
  ]
}
