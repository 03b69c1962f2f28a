/** What the runs of a case come to: one row of the table and of the record. */

/** @typedef {import('./cases.mjs').BenchmarkCase} BenchmarkCase */
/** @typedef {import('./measure.mjs').Run} Run */
/** What one case gave; no runs when this build or machine cannot. @typedef {{ case: BenchmarkCase, truth: import('./cases.mjs').Truth, runs: readonly Run[] }} Measured */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} group
 * @property {number} bytes  0: it reads no log.
 * @property {number} records
 * @property {readonly number[]} seconds  Of all runs, ascending; empty: not in this build.
 * @property {number} medianSeconds
 * @property {number | null} medianCpuSeconds
 * @property {number | null} peakRssBytes  The highest of all runs.
 * @property {string} ratio  To another case, by medians.
 * @property {string} target
 * @property {boolean | null} isMet  Null without a target or without runs.
 */

/** @param {readonly Measured[]} measured @param {{ judged: boolean }} options  Not judged: no targets. @returns {Row[]} */
export function summarize(measured, { judged }) {
  return measured.map((it) => {
    const { bytes, records } = it.truth
    const seconds = it.runs.map((run) => run.seconds).sort((a, b) => a - b)
    const row = {
      name: it.case.name,
      group: it.case.group,
      bytes: it.case.readsLog === false ? 0 : bytes,
      records: it.case.isOurs === true ? records : 0,
      seconds,
      medianSeconds: median(seconds),
      medianCpuSeconds: medianOf(it.runs, ({ cpuSeconds }) => cpuSeconds),
      peakRssBytes: mostOf(it.runs, ({ peakRssBytes }) => peakRssBytes),
    }
    const other = measured.find(({ case: { name } }) => name === it.case.against?.to)
    const parts = [
      compare(it, other),
      atLeastRate(it.case, row.bytes / row.medianSeconds / 1e6),
      atMostRss(it.case, row.peakRssBytes),
    ]
    const targets = judged ? parts.filter(({ target }) => target !== '') : []
    return {
      ...row,
      ratio: parts[0]?.ratio ?? '',
      target: targets.map(({ target }) => target).join(', '),
      isMet:
        targets.length === 0 || targets.some(({ isMet }) => isMet === null)
          ? null
          : targets.every(({ isMet }) => isMet),
    }
  })
}

/** How a case stands to the one that it is compared with. @param {Measured} one @param {Measured | undefined} other */
function compare(one, other) {
  const { against } = one.case
  if (against === undefined) return { ratio: '', target: '', isMet: true }
  const { show, value, word } = COMPARISONS[against.by]
  const isMeasured = other !== undefined && one.runs.length > 0 && other.runs.length > 0
  const found = isMeasured ? value(timeOf(one), timeOf(other)) : Number.NaN
  return {
    ratio: isMeasured ? `${show(found)} ${word} ${against.to}` : '',
    target: against.most === undefined ? '' : `≤ ${show(against.most)}`,
    isMet: against.most === undefined ? true : isMeasured ? found <= against.most : null,
  }
}

/** @param {Measured} it */
const timeOf = ({ case: { copies = 1 }, truth: { bytes }, runs }) => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  bytes,
  copies,
})

/** @typedef {ReturnType<typeof timeOf>} Time */

/** @type {Record<import('./cases.mjs').Comparison['by'], { value: (one: Time, other: Time) => number, show: (value: number) => string, word: string }>} */
const COMPARISONS = {
  'time a byte': {
    value: (one, other) => one.seconds / one.bytes / (other.seconds / other.bytes),
    show: (value) => value.toFixed(2),
    word: '×',
  },
  time: {
    value: (one, other) => one.seconds / other.seconds,
    show: (value) => value.toFixed(2),
    word: '×',
  },
  'more time': {
    value: (one, other) => one.seconds - other.seconds,
    show: (value) => `${(1000 * value).toFixed(0)} ms`,
    word: 'over',
  },
  share: {
    value: (one, other) => (one.seconds / other.seconds - 1) / one.copies,
    show: (value) => `${(100 * value).toFixed(2)} %`,
    word: 'of',
  },
}

/** @param {BenchmarkCase} one @param {number} rate */
function atLeastRate({ leastRate }, rate) {
  return leastRate === undefined
    ? { target: '', isMet: true }
    : { target: `≥ ${leastRate} MB/s`, isMet: Number.isNaN(rate) ? null : rate >= leastRate }
}

/** @param {BenchmarkCase} one @param {number | null} peak */
function atMostRss({ mostRssMb }, peak) {
  if (mostRssMb === undefined) return { target: '', isMet: true }
  const most = mostRssMb * 1024 * 1024
  return { target: `RSS ≤ ${megabytes(most)} MB`, isMet: peak === null ? null : peak <= most }
}

export const HEADS = [
  'case',
  'median s',
  'best s',
  'worst s',
  'cpu s',
  'MB/s',
  'records/s',
  'peak RSS MB',
  'ratio',
  'target',
  '',
]

/** The rows as texts, under the headings of their groups. @param {readonly Row[]} rows @returns {string[][]} */
export function tableOf(rows) {
  return rows.flatMap((row, i) =>
    row.group === rows[i - 1]?.group ? [cellsOf(row)] : [[row.group], cellsOf(row)],
  )
}

/** @param {Row} row @returns {string[]} */
function cellsOf(row) {
  const { bytes, records, seconds, medianSeconds, medianCpuSeconds, peakRssBytes, isMet } = row
  const name = `  ${row.name}`
  const [best] = seconds
  if (best === undefined) return [name, ...HEADS.slice(2).map(() => ''), 'not in this build']
  return [
    name,
    medianSeconds.toFixed(3),
    best.toFixed(3),
    (seconds.at(-1) ?? Number.NaN).toFixed(3),
    medianCpuSeconds === null ? '' : medianCpuSeconds.toFixed(2),
    bytes === 0 ? '' : (bytes / medianSeconds / 1e6).toFixed(0),
    records === 0 || bytes === 0 ? '' : `${Math.round(records / medianSeconds / 1000)} k`,
    peakRssBytes === null ? '' : megabytes(peakRssBytes),
    row.ratio,
    row.target,
    isMet === null ? '' : isMet ? 'met' : 'missed',
  ]
}

/** @param {readonly Run[]} runs @param {(run: Run) => number | null} value @returns {number | null} */
function medianOf(runs, value) {
  const values = runs.map(value).filter((it) => it !== null)
  return values.length === 0 ? null : median(values)
}

/** @param {readonly Run[]} runs @param {(run: Run) => number | null} value @returns {number | null} */
function mostOf(runs, value) {
  const values = runs.map(value).filter((it) => it !== null)
  return values.length === 0 ? null : Math.max(...values)
}

/** @param {readonly number[]} values @returns {number} */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(0)
