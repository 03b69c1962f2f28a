import pc from 'picocolors'
import { visible } from '../../../core/text.js'
import type { Line, Tone } from './layout.js'

/**
 * Turns lines into text. This is the only place where a control character is written, and every text is escaped here
 * whatever was done with it before: nothing from a log reaches the terminal raw.
 */
export function paint(lines: readonly Line[], color: boolean): string {
  const tones = palette(color)
  const painted = lines.map((line) =>
    line.map((run) => (typeof run === 'string' ? visible(run) : tones[run.tone](visible(run.text)))).join(''),
  )
  return painted.map((line) => `${line.trimEnd()}\n`).join('')
}

function palette(color: boolean): Readonly<Record<Tone, (text: string) => string>> {
  const colors = pc.createColors(color)
  return {
    heading: colors.bold,
    strong: colors.bold,
    quiet: colors.dim,
    critical: (text) => colors.bold(colors.red(text)),
    high: colors.red,
    medium: colors.yellow,
    low: colors.cyan,
    info: colors.dim,
    good: colors.green,
  }
}
