/** The page in a real browser: Debian's Chromium. Skipped where there is none. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/conclude/contract.js'
import { reportHtml } from '../../src/emit/sinks/report-html/index.js'
import type { Finding } from '../../src/findings/contract.js'
// runs in the page, of which this program knows no types
// @ts-expect-error: plain JavaScript
import { leastContrast } from './least-contrast.mjs'
import { closedFinding, sampleReport, withTexts } from './samples.js'
import { emitted, samples } from './sink-kit.js'

const CHROMIUM = '/usr/bin/chromium'
const START = Date.parse('2021-08-10T00:00:00Z')

let browser: Browser
let folder: string
beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  folder = mkdtempSync(join(tmpdir(), 'postern-page-'))
})
afterAll(async () => {
  await browser?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

const iso = (time: number) => new Date(time).toISOString()

/** Findings one an hour, the worst seldom. */
function findings(count: number, lines = 3): Finding[] {
  return Array.from({ length: count }, (_, n): Finding => {
    const severity = n % 50 === 0 ? 'critical' : n % 7 === 0 ? 'high' : 'low'
    const [line] = closedFinding.evidence
    return {
      ...closedFinding,
      id: n.toString(16).padStart(16, '0'),
      severity,
      kind: n % 3 === 0 ? 'bulk-export' : 'closed-entry-point',
      subject: { ...closedFinding.subject, id: `client-${n}` },
      start: iso(START + (n % 200) * 3_600_000),
      end: iso(START + (n % 200) * 3_600_000 + 60_000),
      evidence: Array.from({ length: lines }, (_, k) => ({
        ...line!,
        offset: n * 1000 + k,
        text: `${line!.text} ${n}/${k}`,
      })),
    }
  })
}

const timeline: Report['timeline'] = {
  from: iso(START),
  bucketMs: 3_600_000,
  requests: Array.from({ length: 240 }, (_, n) => 100 + (n % 24) * 10),
  failures: Array.from({ length: 240 }, (_, n) => n % 5),
  bytes: Array.from({ length: 240 }, (_, n) => 1e6 + n * 1e4),
}

interface Opened {
  readonly page: Page
  /** Messages of the console, errors of scripts, requests that left the page, and what its policy refused. */
  readonly trouble: string[]
}

async function open(
  report: Partial<Report>,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Opened> {
  const text = await emitted(reportHtml, { ...samples, report: { ...sampleReport, timeline, ...report } })
  const file = join(folder, 'report.html')
  writeFileSync(file, text)
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options })
  const trouble: string[] = []
  page.on('console', (message) => trouble.push(message.text()))
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('dialog', (dialog) => trouble.push(dialog.message()))
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) trouble.push(request.url())
  })
  await page.goto(pathToFileURL(file).href)
  await page.waitForFunction("!document.getElementById('filters').hidden")
  return { page, trouble }
}

const shown = (page: Page) => page.locator('#list > details').count()
const count = async (page: Page) => (await page.locator('#count').textContent())!

describe.skipIf(!existsSync(CHROMIUM))('the page in Chromium', { timeout: 60_000 }, () => {
  it('draws its chart and asks nobody for anything', async () => {
    const { page, trouble } = await open({ findings: findings(20) })
    expect(await page.locator('#chart canvas').count()).toBe(1)
    expect(trouble).toEqual([])
    await page.close()
  })

  it('filters findings by severity, kind and text, and opens them to their lines', async () => {
    const { page } = await open({ findings: findings(150) })
    expect(await count(page)).toBe('150 findings.')
    expect(await shown(page)).toBe(100)
    await page.selectOption('select[name=severity]', 'critical')
    await expect.poll(() => count(page)).toBe('3 of 150 findings.')
    await page.selectOption('select[name=severity]', 'info')
    await page.selectOption('select[name=kind]', 'bulk-export')
    await expect.poll(() => count(page)).toBe('50 of 150 findings.')
    await page.selectOption('select[name=kind]', '')
    await page.fill('input[name=text]', 'client-149')
    await expect.poll(() => count(page)).toBe('1 of 150 finding.')
    await page.locator('#list summary').click()
    await expect.poll(() => page.locator('#list .line').count()).toBe(3)
    expect(await page.locator('#list .place').first().textContent()).toContain('offset 149000')
    await page.close()
  })

  it('shows findings of the time that the chart shows, by mouse and by keys', async () => {
    const { page } = await open({ findings: findings(200) })
    const over = page.locator('.u-over')
    const box = (await over.boundingBox())!
    await page.mouse.move(box.x + 5, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 4, box.y + 100)
    await page.mouse.up()
    await expect.poll(async () => Number.parseInt(await count(page), 10)).toBeLessThan(80)
    await page.click('#all-times')
    await expect.poll(() => count(page)).toBe('200 findings.')
    await page.focus('#chart')
    await page.keyboard.press('+')
    await expect.poll(async () => Number.parseInt(await count(page), 10)).toBeLessThan(200)
    await page.keyboard.press('Escape')
    await expect.poll(() => count(page)).toBe('200 findings.')
    await page.close()
  })

  it('can be used by keys alone', async () => {
    const { page } = await open({ findings: findings(5) })
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the answers')
    await page.focus('#list summary')
    await page.keyboard.press('Enter')
    expect(await page.locator('#list details[open]').count()).toBe(1)
    await page.close()
  })

  it.each([
    ['script elements', '<script>alert(1)</script><img src=x onerror=alert(2)>'],
    ['ends of the blocks that hold data', '</script><script>alert(1)</script><!-- <script>'],
    [
      'ends of attributes and styles',
      `"'> onmouseover="alert(1)" style="x" </style><style>*{display:none}</style>`,
    ],
    ['addresses', 'javascript:alert(1) data:text/html,<script>alert(1)</script> http://198.51.100.1/x.png'],
    ['controls and bidi', '\x1b[2J\0\u202egpj.exe\u2066\u2028\u2029\ufeff\ud800'],
    ['templates', '$' + '{alert(1)} {{alert(1)}} &lt;script&gt; &#60;script&#62;'],
  ])('keeps log text inert: %s', async (_, hostile) => {
    const poison = <Value>(value: Value): Value =>
      withTexts(value, (text) => (/^[\dT:.Z-]+$/.test(text) ? text : text + hostile))
    const { page, trouble } = await open({
      findings: findings(3).map((it) => ({
        ...poison(it),
        severity: it.severity,
        start: it.start,
        end: it.end,
      })),
      ledger: poison(sampleReport.ledger),
      answers: poison(sampleReport.answers),
    })
    await page.locator('#list summary').first().click()
    await page.fill('input[name=text]', 'client')
    expect(await page.locator('#list .line').first().isVisible()).toBe(true)
    expect(await page.locator('main img, main iframe, main style, main script').count()).toBe(0)
    expect(trouble).toEqual([])
    await page.close()
  })

  it('holds ten thousand findings with 25 lines each', async () => {
    const { page, trouble } = await open({ findings: findings(10_000, 25) })
    expect(await count(page)).toBe('10000 findings.')
    expect(await shown(page)).toBe(100)
    await page.fill('input[name=text]', 'client-9999')
    await expect.poll(() => count(page)).toBe('1 of 10000 finding.')
    expect(trouble).toEqual([])
    await page.close()
  })

  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 400],
  ] as const)(
    'has text that can be read and nothing that sticks out: %s, %d wide',
    async (colorScheme, width) => {
      const { page } = await open(
        { findings: findings(30) },
        { colorScheme, viewport: { width, height: 800 } },
      )
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
      const worst = await page.evaluate<{ ratio: number; text: string }>(`(${leastContrast})()`)
      // WCAG 2.2, 1.4.3: 4.5 for text of usual size
      expect(worst.ratio, worst.text).toBeGreaterThanOrEqual(4.5)
      await page.close()
    },
  )

  it('prints its answers, without what is only for a screen', async () => {
    const { page } = await open({ findings: findings(30) })
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#filters').isVisible()).toBe(false)
    expect(await page.locator('.answers li').first().isVisible()).toBe(true)
    expect((await page.pdf()).length).toBeGreaterThan(10_000)
    await page.close()
  })

  it('tells all but the chart without script', async () => {
    const text = await emitted(reportHtml, {
      ...samples,
      report: { ...sampleReport, timeline, findings: findings(30) },
    })
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.setContent(text)
    expect(await shown(page)).toBe(30)
    expect(await page.locator('#filters').isVisible()).toBe(false)
    await page.locator('#list summary').first().click()
    expect(await page.locator('.line').first().textContent()).toContain('0/0')
    await context.close()
  })
})
