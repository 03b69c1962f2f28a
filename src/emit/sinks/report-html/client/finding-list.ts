import type { PageFinding } from '../page-data.js'
import { element, visible } from './elements.js'

const PAGE = 100
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical']
/** Quiet time after a key before the text is sought. */
const PAUSE_MS = 120

/** A finding with its text in lower case, made once. */
interface Entry {
  readonly finding: PageFinding
  readonly rank: number
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The list of findings: filtered, in pages, each made when it is shown and filled when it is opened. */
export class FindingList {
  readonly #entries: readonly Entry[]
  readonly #files: Readonly<Record<string, string>>
  readonly #form = document.getElementById('filters') as HTMLFormElement
  readonly #list = document.getElementById('list')!
  readonly #count = document.getElementById('count')!
  #shown: readonly Entry[] = []
  #page = 0
  #from = Number.NEGATIVE_INFINITY
  #to = Number.POSITIVE_INFINITY
  #timer = 0
  /** Called by the button that takes the limits of time away. */
  onAllTimes: () => void = () => {}

  constructor(findings: readonly PageFinding[], files: Readonly<Record<string, string>>) {
    this.#files = files
    this.#entries = findings.map((finding) => ({
      finding,
      rank: SEVERITIES.indexOf(finding.severity),
      from: Date.parse(finding.start),
      to: Date.parse(finding.end),
      text: textOf(finding).toLowerCase(),
    }))
    this.#form.hidden = false
    this.#form.addEventListener('submit', (event) => event.preventDefault())
    this.#form.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = window.setTimeout(() => this.#filter(), PAUSE_MS)
    })
    this.#button('all-times', () => this.onAllTimes())
    this.#button('previous', () => this.#turn(-1))
    this.#button('next', () => this.#turn(1))
    this.#filter()
  }

  #button(id: string, press: () => void): void {
    document.getElementById(id)!.addEventListener('click', press)
  }

  /** Findings that touch a stretch of time, epoch milliseconds; infinite for all. */
  showTimes(from: number, to: number): void {
    this.#from = from
    this.#to = to
    document.getElementById('all-times')!.hidden = !Number.isFinite(from) && !Number.isFinite(to)
    this.#filter()
  }

  #filter(): void {
    const values = new FormData(this.#form)
    const value = (name: string) => String(values.get(name) ?? '')
    const least = SEVERITIES.indexOf(value('severity'))
    const [kind, source, words] = [value('kind'), value('source'), value('text').toLowerCase().split(/\s+/)]
    this.#shown = this.#entries.filter(
      ({ finding, rank, from, to, text }) =>
        rank >= least &&
        (kind === '' || finding.kind === kind) &&
        (source === '' || finding.evidence.some((line) => line.source === source)) &&
        to >= this.#from &&
        from <= this.#to &&
        words.every((word) => text.includes(word)),
    )
    this.#page = 0
    this.#draw()
  }

  #turn(pages: number): void {
    this.#page += pages
    this.#draw()
    this.#list.querySelector('summary')?.focus()
  }

  #draw(): void {
    const pages = Math.max(1, Math.ceil(this.#shown.length / PAGE))
    this.#page = Math.max(0, Math.min(pages - 1, this.#page))
    const first = this.#page * PAGE
    this.#list.replaceChildren(
      ...this.#shown.slice(first, first + PAGE).map(({ finding }) => this.#details(finding)),
    )
    const all = this.#entries.length === this.#shown.length ? '' : ` of ${this.#entries.length}`
    this.#count.textContent = `${this.#shown.length}${all} ${this.#shown.length === 1 ? 'finding' : 'findings'}.`
    document.getElementById('pages')!.hidden = pages === 1
    document.getElementById('page')!.textContent = `Page ${this.#page + 1} of ${pages}`
    ;(document.getElementById('previous') as HTMLButtonElement).disabled = this.#page === 0
    ;(document.getElementById('next') as HTMLButtonElement).disabled = this.#page === pages - 1
  }

  #details(finding: PageFinding): HTMLElement {
    const when = `${finding.start.slice(0, 16).replace('T', ' ')}Z`
    const details = element(
      'details',
      'finding',
      element(
        'summary',
        '',
        element('span', `badge ${finding.severity}`, finding.severity),
        ' ',
        element('b', '', visible(finding.title)),
        ' ',
        element('span', 'quiet', `${visible(finding.subject.id)}, ${when}`),
      ),
    )
    details.addEventListener('toggle', () => details.append(...this.#body(finding)), { once: true })
    return details
  }

  #body(finding: PageFinding): HTMLElement[] {
    const { summary, scope, outcome, confidence, reasons, alternatives, techniques, evidenceCount } = finding
    const doubts = reasons.length > 0 ? ` (${reasons.join(', ').replaceAll('-', ' ')})` : ''
    const facts = [
      ['Who', whoText(finding)],
      ['Where', `${scope.type} ${scope.id}`],
      ['When', `${finding.start} to ${finding.end}`],
      ['Outcome', outcome],
      ['Confidence', `${confidence}${doubts}`],
      ...Object.entries(finding.measures).map(([name, value]) => [name, valueText(value)]),
      ...(alternatives.length > 0 ? [['Or else', alternatives.join('; ')]] : []),
      ...(techniques.length > 0 ? [['ATT&CK', techniques.join(', ')]] : []),
      ['Finding', `${finding.kind} ${finding.id}`],
    ]
    const list = element(
      'dl',
      '',
      ...facts.flatMap(([name, text]) => [
        element('dt', '', visible(name!)),
        element('dd', '', visible(text!)),
      ]),
    )
    const lines = finding.evidence.map((line) =>
      element(
        'li',
        '',
        element('code', 'line', visible(line.text)),
        element(
          'span',
          'place',
          `${visible(this.#files[line.source] ?? line.source)}, line ${line.line}, offset ${line.offset}, length ${line.length}, SHA-256 `,
          element('span', 'hash', line.sha256 ?? 'not at hand'),
        ),
      ),
    )
    return [
      element('p', '', `${visible(summary)}.`),
      list,
      element('p', 'quiet', `${evidenceCount} records; ${lines.length} cited:`),
      element('ol', 'lines', ...lines),
    ]
  }
}

function whoText({ subject }: PageFinding): string {
  const named = [subject.clients, subject.users, subject.userAgents].filter((names) => names.length > 0)
  return [`${subject.type} ${subject.id}`, ...named.map((names) => names.join(', '))].join('; ')
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What the text filter looks at. */
function textOf({ id, kind, title, summary, subject, scope, evidence }: PageFinding): string {
  const people = [subject.id, ...subject.clients, ...subject.users, ...subject.userAgents]
  return [id, kind, title, summary, scope.id, ...people, ...evidence.map(({ text }) => text)].join('\n')
}
