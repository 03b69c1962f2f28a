import { formatCount } from '../../../core/times.js'
import { type Finding, SEVERITIES } from '../../../findings/contract.js'
import { badge } from './answers.js'
import { citations, type Files } from './citations.js'
import { html, type Markup } from './markup.js'
import { spaced } from './words.js'

/** Findings that stand in the page itself, for readers without its script; the script shows all. */
const STATIC = 100

/** Worst first, in canonical order within a severity. */
export function byWorst(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity)
  return findings.toSorted((a, b) => rank(b) - rank(a))
}

export function findingsSection(worstFirst: readonly Finding[], files: Files): Markup {
  const kinds = [...new Set(worstFirst.map(({ kind }) => kind))].sort()
  const more = worstFirst.length - STATIC
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
<form id="filters" class="filters" role="search" aria-label="Filter findings" hidden>
<label>At least <select name="severity">${SEVERITIES.map((it) => html`<option value="${it}">${it}</option>`)}</select></label>
<label>Kind <select name="kind"><option value="">all</option>${kinds.map((kind) => html`<option value="${kind}">${spaced(kind)}</option>`)}</select></label>
<label>Source <select name="source"><option value="">all</option>${[...files.values()].map(({ id, ordinal, names }) => html`<option value="${id}">${ordinal} ${names[0] ?? ''}</option>`)}</select></label>
<label class="grow">Text <input name="text" type="search" autocomplete="off" spellcheck="false"></label>
<button type="button" id="all-times" hidden>Show all times</button>
</form>
<p id="count" role="status" aria-live="polite">${formatCount(worstFirst.length)} ${worstFirst.length === 1 ? 'finding' : 'findings'}${more > 0 ? `; the first ${STATIC} stand here` : ''}.</p>
<div id="list">${worstFirst.slice(0, STATIC).map((finding) => findingDetails(finding, files))}</div>
<nav id="pages" aria-label="Pages of findings" hidden><button type="button" id="previous">Previous</button> <span id="page"></span> <button type="button" id="next">Next</button></nav>
</section>`
}

function findingDetails(finding: Finding, files: Files): Markup {
  const { severity, title, subject, start, summary, outcome, confidence, reasons, alternatives, id, scope } =
    finding
  return html`<details class="finding"><summary>${badge(severity, severity)} <b>${title}</b> <span class="quiet">${subject.id}, ${start.slice(0, 16).replace('T', ' ')}Z</span></summary>
<p>${summary}.</p>
<p class="quiet">${scope.type} ${scope.id}; outcome: ${outcome}; confidence ${confidence}${reasons.length > 0 ? ` (${reasons.map(spaced).join(', ')})` : ''}; finding ${id}</p>
${alternatives.length === 0 ? null : html`<p>Or else: ${alternatives.join('; ')}.</p>`}
${citations('Cited lines', finding.evidence, files)}</details>`
}
