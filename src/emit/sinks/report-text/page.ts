import type { Report } from '../../../conclude/contract.js'
import { answersSection, changesSection } from './answers.js'
import {
  assumptionsSection,
  checkSection,
  indicatorsSection,
  notCheckedSection,
  settingsSection,
} from './closing.js'
import { evidenceSection, sourcesSection, totalsSection } from './evidence.js'
import { findingsSection } from './findings.js'
import type { Line } from './layout.js'
import { paint } from './paint.js'

/** Narrower, nothing lines up; wider, lines are no longer read. */
const LEAST_WIDTH = 60
const MOST_WIDTH = 140

/** The whole report. `columns` are those of the terminal. */
export function pageOf(report: Report, columns: number, color: boolean): string {
  return paint(linesOf(report, pageWidth(columns)), color)
}

function pageWidth(columns: number): number {
  return Number.isFinite(columns) ? Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.floor(columns))) : 100
}

function linesOf(report: Report, width: number): Line[] {
  const sections = [
    titleSection(report),
    answersSection(report, width),
    changesSection(report, width),
    evidenceSection(report, width),
    sourcesSection(report.ledger, width),
    totalsSection(report.summary, width),
    findingsSection(report, width),
    indicatorsSection(report, width),
    notCheckedSection(report, width),
    assumptionsSection(report, width),
    settingsSection(report, width),
    checkSection(width),
  ]
  return sections
    .filter((section) => section !== null)
    .flatMap((section, index) => (index === 0 ? section : [[], ...section]))
}

function titleSection({ version, reading }: Report): Line[] {
  const title: Line = [{ text: `Postern ${version}`, tone: 'heading' }, '   all times in UTC']
  if (!reading.interrupted) return [title]
  return [title, [{ text: 'Interrupted: this covers only what was read until then', tone: 'critical' }]]
}
