import uPlot from 'uplot'
import type { PageData, PageFinding } from '../page-data.js'

const HEIGHT = 300
/** Part of the shown time that an arrow key moves by, and that a key zooms by. */
const STEP = 0.2
const MARK = 5

type Zoom = (from: number, to: number) => void

/**
 * Draws requests, failures and bytes over time, with gaps, closings and findings on them.
 *
 * @param onZoom  Called with the shown stretch, epoch milliseconds; infinite when all is shown.
 * @returns Shows all again.
 */
export function drawChart(
  holder: HTMLElement,
  data: PageData,
  findings: readonly PageFinding[],
  onZoom: Zoom,
): () => void {
  const { timeline } = data
  const start = Date.parse(timeline.from!) / 1000
  const step = timeline.bucketMs / 1000
  const times = timeline.requests.map((_, at) => start + at * step)
  const all = { min: start, max: start + Math.max(1, times.length) * step }
  holder.hidden = false
  document.getElementById('chart-help')!.hidden = false
  const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const bars = uPlot.paths.stepped!({ align: 1 })
  const axis = { stroke: () => color('--quiet'), grid: { stroke: () => color('--grid'), width: 1 } }
  const series = (label: string, name: string, scale: string, width: number): uPlot.Series => ({
    label,
    scale,
    width,
    stroke: () => color(name),
    paths: bars,
    points: { show: false },
  })
  const chart = new uPlot(
    {
      width: holder.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: {
        x: { time: true, range: (_, min, max) => [min ?? all.min, max ?? all.max] },
        count: {},
        bytes: {},
      },
      series: [
        { label: 'Time (UTC)' },
        series('Requests', '--requests', 'count', 1.5),
        series('Failures', '--critical', 'count', 1.5),
        series('Bytes sent', '--bytes', 'bytes', 1),
      ],
      axes: [
        { ...axis, values: TIMES },
        { ...axis, scale: 'count', size: 60 },
        {
          ...axis,
          scale: 'bytes',
          side: 1,
          size: 70,
          grid: { show: false },
          values: (_, values) => values.map(sized),
        },
      ],
      hooks: {
        drawClear: [(plot) => shadeGaps(plot, data, color)],
        draw: [(plot) => markClosings(plot, data, color), (plot) => markFindings(plot, findings, color)],
        setScale: [
          (plot, key) => {
            if (key !== 'x') return
            const { min = all.min, max = all.max } = plot.scales.x!
            const isAll = min <= all.min && max >= all.max
            onZoom(
              isAll ? Number.NEGATIVE_INFINITY : min * 1000,
              isAll ? Number.POSITIVE_INFINITY : max * 1000,
            )
          },
        ],
      },
    },
    [times, [...timeline.requests], [...timeline.failures], [...timeline.bytes]],
    holder,
  )
  const show = (min: number, max: number) => chart.setScale('x', { min, max })
  const reset = () => show(all.min, all.max)
  reset()
  new ResizeObserver(() => chart.setSize({ width: holder.clientWidth, height: HEIGHT })).observe(holder)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw())
  holder.addEventListener('keydown', (event) => {
    const move = KEYS[event.key]
    if (move === undefined) return
    event.preventDefault()
    const { min = all.min, max = all.max } = chart.scales.x!
    const [from, to] = move(min, max)
    if (from <= all.min && to >= all.max) reset()
    else show(Math.max(all.min, from), Math.min(all.max, to))
  })
  return reset
}

const KEYS: Readonly<Record<string, (min: number, max: number) => [number, number]>> = {
  ArrowLeft: (min, max) => [min - (max - min) * STEP, max - (max - min) * STEP],
  ArrowRight: (min, max) => [min + (max - min) * STEP, max + (max - min) * STEP],
  '+': (min, max) => [min + (max - min) * STEP, max - (max - min) * STEP],
  '-': (min, max) => [min - (max - min) * STEP, max + (max - min) * STEP],
  Escape: () => [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
}

type Color = (name: string) => string

/** Labels of times by the distance between them, as uPlot takes them: from so many seconds on, label, and where year, day or hour change. */
const TIMES: uPlot.Axis.DynamicValues | uPlot.Axis.StaticValues | (string | number | null)[][] = [
  [28 * 86_400, '{YYYY}-{MM}', null, null, null, null, null, null, 1],
  [86_400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
]

function shadeGaps(plot: uPlot, { gaps }: PageData, color: Color): void {
  const { ctx, bbox } = plot
  ctx.save()
  for (const { from, to, state } of gaps) {
    const left = plot.valToPos(Date.parse(from) / 1000, 'x', true)
    const right = plot.valToPos(Date.parse(to) / 1000, 'x', true)
    if (right < bbox.left || left > bbox.left + bbox.width) continue
    ctx.fillStyle = color(state === 'missing' ? '--gap' : '--degraded')
    const x = Math.max(bbox.left, left)
    ctx.fillRect(x, bbox.top, Math.max(2, Math.min(bbox.left + bbox.width, right) - x), bbox.height)
  }
  ctx.restore()
}

function markClosings(plot: uPlot, { closings }: PageData, color: Color): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = color('--text')
  ctx.lineWidth = 1.5
  for (const { time, isMeasured } of closings) {
    const x = plot.valToPos(Date.parse(time) / 1000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.setLineDash(isMeasured ? [] : [6, 4])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

/** Marks by severity on the upper edge, worst last, so that they lie on top. */
function markFindings(plot: uPlot, findings: readonly PageFinding[], color: Color): void {
  const { ctx, bbox } = plot
  ctx.save()
  for (let at = findings.length - 1; at >= 0; at--) {
    const { start, severity } = findings[at]!
    const x = plot.valToPos(Date.parse(start) / 1000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = color(`--${severity}`)
    ctx.beginPath()
    ctx.moveTo(x - MARK, bbox.top)
    ctx.lineTo(x + MARK, bbox.top)
    ctx.lineTo(x, bbox.top + 2 * MARK)
    ctx.fill()
  }
  ctx.restore()
}

function sized(bytes: number | null): string {
  if (bytes === null) return ''
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${+(bytes / 1000 ** unit).toFixed(1)} ${units[unit]}`
}
