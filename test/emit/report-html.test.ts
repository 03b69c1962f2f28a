import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reportHtml } from '../../src/emit/sinks/report-html/index.js'
import { html } from '../../src/emit/sinks/report-html/markup.js'
import { runs } from '../laws/support.js'
import { sampleReport } from './samples.js'
import { emitted, samples } from './sink-kit.js'

describe('markup', () => {
  it('holds any text as text, in elements and in attributes', () => {
    const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" } as const
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const markup = html`<p title="${text}">${text}</p>`.text
        const inside = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/s.exec(markup)
        expect(inside).not.toBeNull()
        const back = inside![2]!.replace(
          /&(?:amp|lt|gt|quot|#39);/g,
          (name) => entities[name as keyof typeof entities],
        )
        expect(inside![1]).toBe(inside![2])
        // what is seen is there as it was; what acts is there as a code
        if (/^[\x20-\x7e]*$/.test(text)) expect(back).toBe(text)
        expect(back).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
      }),
      { numRuns: runs(500, 20_000) },
    )
  })

  it('takes markup as it is, lists one behind the other, and null for nothing', () => {
    expect(html`<ul>${['<', 'b'].map((text) => html`<li>${text}</li>`)}${null}</ul>`.text).toBe(
      '<ul><li>&lt;</li><li>b</li></ul>',
    )
  })
})

describe('the page', () => {
  it('allows nothing but its own script and style', async () => {
    const page = await emitted(reportHtml, samples)
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!
    expect(policy).toMatch(
      /^default-src &#39;none&#39;; script-src &#39;sha256-[\w+/=]+&#39;; style-src &#39;sha256-[\w+/=]+&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;$/,
    )
    const markup = page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '')
    expect(markup).not.toMatch(/\s(?:style|on\w+|src|action)=/)
    expect(markup).not.toMatch(/href="(?!#)/)
  })

  it('is the same for the same report', async () => {
    expect(await emitted(reportHtml, samples)).toBe(await emitted(reportHtml, samples))
  })

  it('says without its script what was answered, found, covered and not checked', async () => {
    const page = await emitted(reportHtml, samples)
    for (const { title } of sampleReport.findings) expect(page).toContain(`<b>${title}</b>`)
    for (const id of ['answers', 'doors', 'findings', 'logs', 'sources', 'limits'])
      expect(page).toContain(`<h2 id="${id}">`)
  })
})
