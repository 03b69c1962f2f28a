import type { LedgerEntry } from '../../../conclude/contract.js'
import { formatCount } from '../../../core/times.js'
import type { EvidenceReference } from '../../../findings/contract.js'
import { html, type Markup } from './markup.js'

/** Sources by their id. */
export type Files = ReadonlyMap<string, LedgerEntry>

/** Cited lines, folded away, each with its place and hash. */
export function citations(
  title: string,
  evidence: readonly EvidenceReference[],
  files: Files,
): Markup | null {
  if (evidence.length === 0) return null
  return html`<details><summary>${title}: ${formatCount(evidence.length)}</summary><ol class="lines">${evidence.map(
    (line) => html`<li>${citation(line, files)}</li>`,
  )}</ol></details>`
}

function citation({ source, line, offset, length, sha256, text }: EvidenceReference, files: Files): Markup {
  const file = files.get(source)
  const name = file === undefined ? source : `${file.ordinal} ${file.names[0] ?? ''}`
  return html`<code class="line">${text}</code><span class="place">${name}, line ${line}, offset ${offset}, length ${length}, SHA-256 <span class="hash">${sha256 ?? 'not at hand'}</span></span>`
}
