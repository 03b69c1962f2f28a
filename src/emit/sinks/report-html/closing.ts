import type { LedgerEntry, Report } from '../../../conclude/contract.js'
import { formatBytes, formatCount } from '../../../core/times.js'
import { safeJson } from '../../json.js'
import { html, type Markup } from './markup.js'

/** Sources that stand in the table. */
const MOST_SOURCES = 1000

/** Each file with its hash, format and faults. */
export function sourcesSection({ ledger }: Report): Markup {
  const more = ledger.length - MOST_SOURCES
  return html`<section aria-labelledby="sources"><h2 id="sources">Sources</h2><div class="wide"><table><thead><tr>${[
    '',
    'File',
    'Format',
  ].map(
    (name) => html`<th scope="col">${name}</th>`,
  )}${['Lines', 'Records', 'Rejects', 'Bytes'].map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col">SHA-256, faults</th></tr></thead><tbody>${ledger
    .slice(0, MOST_SOURCES)
    .map(
      sourceRow,
    )}</tbody></table></div>${more > 0 ? html`<p>${formatCount(more)} more: see ledger.json</p>` : null}</section>`
}

function sourceRow(entry: LedgerEntry): Markup {
  const { ordinal, names, format, lines, records, rejects, decodedBytes, decodedSha256, faults } = entry
  return html`<tr><th scope="row">${ordinal}</th><td>${names.join(', ')}</td><td>${format ?? 'unrecognised'}</td>${[
    lines,
    records,
    rejects,
  ].map(
    (count) => html`<td class="number">${formatCount(count)}</td>`,
  )}<td class="number">${formatBytes(decodedBytes)}</td><td><span class="hash">${decodedSha256 ?? 'not taken'}</span>${faults.map(
    ({ code, count, detail }) =>
      html`<p class="remark">${code}, ${formatCount(count)} times: ${detail ?? ''}</p>`,
  )}</td></tr>`
}

/** What the answers cannot say, what was assumed, and how to check a line. */
export function limitsSection({ answers, configuration }: Report): Markup {
  const set = configuration.filter(({ origin }) => origin !== 'default')
  const list = (texts: readonly string[], none: string) =>
    texts.length === 0 ? html`<p>${none}</p>` : html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`
  return html`<section aria-labelledby="limits"><h2 id="limits">What this report cannot say</h2>
${list(
  answers.limits.map(({ code, text }) => `${code.replace(/-/g, ' ')}: ${text}`),
  'Nothing is known to limit it beyond what logs can say at all.',
)}
<h3>Assumptions</h3>${list(answers.assumptions, 'None.')}
<h3>Settings that are not at their default</h3>${list(
    set.map(
      ({ name, value, origin }) =>
        `${name}: ${typeof value === 'string' ? value : safeJson(value)} (${origin})`,
    ),
    'None.',
  )}
<h3>To check a cited line</h3><p>With the file, the offset plus one and the length of the citation, this prints its SHA-256:</p>
<pre><code>zcat -f FILE | tail -c +N | head -c LENGTH | sha256sum</code></pre></section>`
}
