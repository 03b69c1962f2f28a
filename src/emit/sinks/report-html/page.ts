import { createHash } from 'node:crypto'
import { createGzip } from 'node:zlib'
import type { Report } from '../../../conclude/contract.js'
import type { Finding } from '../../../findings/contract.js'
import type { Output } from '../../contract.js'
import { safeJson } from '../../json.js'
import { logNames } from '../../log-names.js'
import { answersSection, changesSection, closuresSection } from './answers.js'
import { PAGE_SCRIPT, PAGE_STYLE } from './assets.js'
import type { Files } from './citations.js'
import { limitsSection, sourcesSection } from './closing.js'
import { coverageSection } from './coverage.js'
import { byWorst, findingsSection } from './findings.js'
import { html, Markup } from './markup.js'
import type { PageData } from './page-data.js'
import { timelineSection } from './timeline.js'

/** From so many findings on their data are packed: text of logs packs to a tenth. */
const PACKED_FROM = 500
/** Findings that are turned into text at a time. */
const PIECE = 200

/** Writes the page, piece by piece: the data of all findings are never one string. */
export async function writePage(report: Report, output: Output): Promise<void> {
  const files: Files = new Map(report.ledger.map((entry) => [entry.id, entry]))
  const findings = byWorst(report.findings)
  await output.write(head(report).text)
  const sections = [
    answersSection(report),
    changesSection(report),
    closuresSection(report, files),
    timelineSection(report),
    findingsSection(findings, files),
    coverageSection(report, files),
    sourcesSection(report),
    limitsSection(report),
  ]
  for (const section of sections) if (section !== null) await output.write(`${section.text}\n`)
  await output.write('</main>\n')
  await output.write(dataBlock('data', 'application/json', inert(safeJson(dataOf(report)))))
  await writeFindings(findings, output)
  await output.write(`<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`)
}

function head({ version, summary, configuration }: Report): Markup {
  const named = configuration.find(({ name }) => name === 'name')?.value
  const title = typeof named === 'string' ? named : 'Postern report'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#answers">Skip to the answers</a>
<header><h1>${title}</h1><p class="quiet">Postern ${version}; ${summary.first ?? 'no records'}${summary.last === null ? '' : ` to ${summary.last}`}; all times in UTC</p>
<nav aria-label="Sections">${['answers', 'doors', 'time', 'findings', 'logs', 'sources', 'limits'].map((id) => html`<a href="#${id}">${NAMES[id]!}</a> `)}</nav></header>
<main>
`
}

const NAMES: Readonly<Record<string, string>> = {
  answers: 'Answers',
  doors: 'Closed doors',
  time: 'Timeline',
  findings: 'Findings',
  logs: 'Logs',
  sources: 'Sources',
  limits: 'Limits',
}

/** Nothing but the page's own style and script, each by its hash: no request, no form, no other base. */
function policy(): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    "default-src 'none'",
    `script-src ${hash(PAGE_SCRIPT)}`,
    `style-src ${hash(PAGE_STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function dataOf(report: Report): PageData {
  const names = logNames(report)
  const { closure, coverage } = report.answers
  return {
    timeline: report.timeline,
    closings: closure.flatMap(({ period, rule, measured }) => [
      { time: period.from, label: rule, isMeasured: false },
      ...(measured.firstDenied === null
        ? []
        : [{ time: measured.firstDenied, label: rule, isMeasured: true }]),
    ]),
    gaps: coverage.flatMap(({ log, intervals }) =>
      intervals
        .filter(({ state }) => state === 'missing' || state === 'degraded')
        .slice(0, PIECE)
        .map(({ from, to, state }) => ({ from, to, state, log: names.get(log) ?? log })),
    ),
    files: Object.fromEntries(
      report.ledger.map(({ id, ordinal, names: of }) => [id, `${ordinal} ${of[0] ?? ''}`]),
    ),
  }
}

function dataBlock(id: string, type: string, text: string): string {
  return `<script id="${id}" type="${type}">${text}</script>\n`
}

/** JSON in which nothing ends a script or begins a comment. */
function inert(json: string): string {
  return json.replaceAll('<', '\\u003c')
}

async function writeFindings(findings: readonly Finding[], output: Output): Promise<void> {
  const isPacked = findings.length >= PACKED_FROM
  const type = isPacked ? 'application/gzip' : 'application/json'
  await output.write(`<script id="findings-data" type="${type}">`)
  if (isPacked) await writePacked(findings, output)
  else for (const text of piecesOf(findings)) await output.write(inert(text))
  await output.write('</script>\n')
}

function* piecesOf(findings: readonly Finding[]): Generator<string> {
  yield '['
  for (let at = 0; at < findings.length; at += PIECE) {
    const piece = findings.slice(at, at + PIECE).map((finding) => safeJson(finding))
    yield `${at === 0 ? '' : ','}${piece.join(',')}`
  }
  yield ']'
}

/** gzip in base64; pieces are multiples of three bytes, so that they join. */
async function writePacked(findings: readonly Finding[], output: Output): Promise<void> {
  const gzip = createGzip({ level: 6 })
  const feed = (async () => {
    for (const text of piecesOf(findings)) {
      if (!gzip.write(text)) await new Promise<void>((resolve) => gzip.once('drain', resolve))
    }
    gzip.end()
  })()
  let rest = Buffer.alloc(0)
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % 3)
    await output.write(bytes.toString('base64', 0, whole))
    rest = bytes.subarray(whole)
  }
  await feed
  await output.write(rest.toString('base64'))
}
