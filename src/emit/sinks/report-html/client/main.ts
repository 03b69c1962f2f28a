/** The page's own script: draws the chart, filters findings, opens them to their lines. All text goes in as text. */

import type { PageData, PageFinding } from '../page-data.js'
import { drawChart } from './chart.js'
import { FindingList } from './finding-list.js'

async function unpacked(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).text()
}

async function findingsOf(block: HTMLElement): Promise<PageFinding[]> {
  const text = block.textContent ?? ''
  const json = block.getAttribute('type') === 'application/gzip' ? await unpacked(text) : text
  // what was read once is not kept twice
  block.textContent = ''
  return JSON.parse(json)
}

async function start(): Promise<void> {
  const data: PageData = JSON.parse(document.getElementById('data')!.textContent!)
  const findings = await findingsOf(document.getElementById('findings-data')!)
  const list = new FindingList(findings, data.files)
  const chart = document.getElementById('chart')
  if (chart !== null) {
    const reset = drawChart(chart, data, findings, (from, to) => list.showTimes(from, to))
    list.onAllTimes = reset
  }
}

void start()
