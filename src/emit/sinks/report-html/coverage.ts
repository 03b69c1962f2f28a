import type { Report } from '../../../conclude/contract.js'
import { briefTime, formatCount, formatDuration } from '../../../core/times.js'
import type { CoverageInterval, LogCoverage } from '../../../coverage/contract.js'
import type { EvidenceReference } from '../../../findings/contract.js'
import { logNames } from '../../log-names.js'
import { citations, type Files } from './citations.js'
import { html, type Markup } from './markup.js'
import { counted } from './words.js'

type Log = LogCoverage<EvidenceReference>
type Interval = CoverageInterval<EvidenceReference>

const BAR_WIDTH = 1000
/** Stretches that are drawn of one log, and told. */
const MOST_DRAWN = 2000
const MOST_TOLD = 50

/** Each log over time, with what is not whole in it. */
export function coverageSection(report: Report, files: Files): Markup {
  const { coverage } = report.answers
  const names = logNames(report)
  const [first, last] = [least(coverage.map(({ from }) => from)), most(coverage.map(({ to }) => to))]
  return html`<section aria-labelledby="logs"><h2 id="logs">Logs and what they cover</h2>
<p class="legend"><span class="key complete">complete</span> <span class="key unknown">unknown</span> <span class="key degraded">degraded</span> <span class="key missing">missing</span></p>
${coverage.map((log) => logArticle(log, names.get(log.log) ?? log.log, first, last, files))}</section>`
}

function logArticle(log: Log, name: string, first: number, last: number, files: Files): Markup {
  const gaps = log.intervals.filter(({ state }) => state !== 'complete')
  const lost =
    log.lost.most === null
      ? `at least ${formatCount(log.lost.least)} records lost, and no bound above`
      : log.lost.most === 0
        ? 'no loss that would have been noticed'
        : `${formatCount(log.lost.least)} to ${formatCount(log.lost.most)} records lost`
  const more = gaps.length - MOST_TOLD
  return html`<article class="log"><h3>${log.log} <span>${name}</span></h3>
${bar(log, name, first, last)}
<p>${counted(log.records, 'record')} in ${counted(log.sources.length, 'file')} (${log.sources.join(', ')})${
    log.from === null ? '' : `, ${briefTime(log.from)} to ${briefTime(log.to!)}`
  }; ${lost}. ${log.smallestLoss === null ? 'What loss would have been noticed cannot be told.' : `${sentence(log.smallestLoss.text)}.`}</p>
${gaps.length === 0 ? null : html`<ul>${gaps.slice(0, MOST_TOLD).map((gap) => html`<li>${gapText(gap)}${citations('Lines around it', gap.evidence, files)}</li>`)}${more > 0 ? html`<li>${formatCount(more)} more: see answers.json</li>` : null}</ul>`}
${log.remarks.length === 0 ? null : html`<p class="remark">${log.remarks.map(({ text }) => text).join('; ')}.</p>`}
${log.notTested.length === 0 ? null : html`<details><summary>Not tested</summary><ul>${log.notTested.map(({ text }) => html`<li>${text}</li>`)}</ul></details>`}</article>`
}

function gapText({ from, to, state, lost, basis }: Interval): string {
  const long = formatDuration(Date.parse(to) - Date.parse(from))
  const records =
    state === 'unknown'
      ? ''
      : `, ${lost.most === null ? `at least ${formatCount(lost.least)}` : `${formatCount(lost.least)} to ${formatCount(lost.most)}`} records`
  return `${state}: ${briefTime(from)} to ${briefTime(to)} (${long}${records}): ${basis.map(({ text }) => text).join('; ')}`
}

/** A bar over the time of all logs. The same is told below it in words. */
function bar({ intervals }: Log, name: string, first: number, last: number): Markup {
  const scale = BAR_WIDTH / Math.max(1, last - first)
  const rects = intervals.slice(0, MOST_DRAWN).map(({ from, to, state }) => {
    const x = (Date.parse(from) - first) * scale
    // so that a gap of minutes shows in a year
    const width = Math.max(state === 'complete' ? 0 : 2, (Date.parse(to) - Date.parse(from)) * scale)
    return html`<rect class="${state}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="14"></rect>`
  })
  const notWhole = intervals.filter(({ state }) => state !== 'complete').length
  return html`<svg class="bar" viewBox="0 0 ${BAR_WIDTH} 14" preserveAspectRatio="none" role="img" aria-label="Coverage of ${name}: ${counted(notWhole, 'stretch', 'stretches')} not complete, listed below">${rects}</svg>`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function least(times: readonly (string | null)[]): number {
  return times.reduce(
    (low, time) => (time === null ? low : Math.min(low, Date.parse(time))),
    Number.POSITIVE_INFINITY,
  )
}

function most(times: readonly (string | null)[]): number {
  return times.reduce(
    (high, time) => (time === null ? high : Math.max(high, Date.parse(time))),
    Number.NEGATIVE_INFINITY,
  )
}
