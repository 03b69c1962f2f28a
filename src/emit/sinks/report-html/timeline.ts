import type { Report } from '../../../conclude/contract.js'
import { briefTime, formatBytes, formatCount, formatDuration, toIso } from '../../../core/times.js'
import { html, type Markup } from './markup.js'

/** Rows of the table that stands for the chart. */
const MOST_ROWS = 100

/** Where the script draws the chart; the table below it says the same. */
export function timelineSection({ timeline }: Report): Markup {
  if (timeline.from === null)
    return html`<section aria-labelledby="time"><h2 id="time">Timeline</h2><p>No record has a time.</p></section>`
  return html`<section aria-labelledby="time"><h2 id="time">Timeline</h2>
<figure><div id="chart" tabindex="0" role="application" aria-label="Requests, failures and bytes over time. Arrow keys move, plus and minus zoom, Escape shows all; the table below has the numbers." hidden></div>
<figcaption class="quiet" id="chart-help" hidden>Drag to zoom, double-click or Escape for all; arrow keys and + and - with the chart in focus. Marks above: findings. Lines: closings, declared (dashed) and measured. Shaded: logs not whole. Findings below follow the zoom.</figcaption></figure>
<details><summary>The same as a table</summary>${table(timeline)}</details></section>`
}

function table({ from, bucketMs, requests, failures, bytes }: Report['timeline']): Markup {
  const start = Date.parse(from!)
  const step = Math.max(1, Math.ceil(requests.length / MOST_ROWS))
  const rows: Markup[] = []
  for (let at = 0; at < requests.length; at += step) {
    const sum = (values: readonly number[]) =>
      values.slice(at, at + step).reduce((total, value) => total + value, 0)
    rows.push(
      html`<tr><th scope="row">${briefTime(toIso(start + at * bucketMs))}</th><td class="number">${formatCount(sum(requests))}</td><td class="number">${formatCount(sum(failures))}</td><td class="number">${formatBytes(sum(bytes))}</td></tr>`,
    )
  }
  return html`<div class="wide"><table><caption>Each row is ${formatDuration(step * bucketMs)}</caption><thead><tr><th scope="col">From</th><th scope="col" class="number">Requests</th><th scope="col" class="number">Failures</th><th scope="col" class="number">Sent</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
