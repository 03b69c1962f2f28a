import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPageValue, readPageValue } from '../../src/classify/page-value.js'
import { targetBatch } from './target-batch.js'

function pageOf(target: string) {
  const batch = targetBatch([target])
  const at = findPageValue(batch, 0)
  return at < 0 ? null : readPageValue(batch, 0, at)
}

describe('the page that a request asks for', () => {
  it.each([
    ['/a?page=3', 'page', '3', 3],
    ['/a?x=1&page=12&y=2', 'page', '12', 12],
    ['/a?PAGE=0', 'page', '0', 0],
    ['/a?offset=200&limit=100', 'offset', '200', 200],
    ['/a?$skip=50', 'skip', '50', 50],
    ['/a?%24skip=50', 'skip', '50', 50],
    ['/a?_page=2', 'page', '2', 2],
    ['/a?cursor=abc==', 'cursor', 'abc==', Number.NaN],
    ['/a?after=12x', 'after', '12x', Number.NaN],
    ['/a?$skiptoken=X%27', 'skiptoken', 'X%27', Number.NaN],
    ['/a?startIndex=-4', 'startindex', '-4', Number.NaN],
    ['/a?page=12345678901234567890', 'page', '12345678901234567890', Number.NaN],
  ])('is read from %s', (target, name, value, number) => {
    expect(pageOf(target)).toEqual({ name, value, number })
  })

  it.each([
    '/a',
    '/page=3',
    '/a?',
    '/a?pages=3',
    '/a?mypage=3',
    '/a?page',
    '/a?page=',
    '/a?page=&x=1',
    '/a?x=page=3',
  ])('is not in %s', (target) => {
    expect(pageOf(target)).toBeNull()
  })

  it('is the first of several', () => {
    expect(pageOf('/a?size=5&offset=10&page=2')).toMatchObject({ name: 'offset', number: 10 })
  })

  it('is cut at 256 bytes, and no other row is looked at', () => {
    const batch = targetBatch([`/a?cursor=${'c'.repeat(1000)}`, '/b?page=7'])
    expect(readPageValue(batch, 0, findPageValue(batch, 0)).value).toBe('c'.repeat(256))
    expect(findPageValue(targetBatch(['/a?page', '=3']), 0)).toBe(-1)
  })

  it('is what a split of the query finds', () => {
    const names = /^(?:\$|_|%24)?(page|offset|cursor|start|skip|after|from|skiptoken|startindex)$/i
    const twin = (target: string) => {
      for (const part of target.split('?')[1]!.split('&')) {
        const [name, value] = [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)]
        const known = names.exec(name)
        if (part.includes('=') && known !== null && value !== '') return `${known[1]!.toLowerCase()}=${value}`
      }
      return null
    }
    const name = fc.constantFrom(
      'page',
      'Page',
      '$skip',
      '_page',
      '%24top',
      'x',
      'pag',
      'from',
      '',
      '_',
      '$',
      'after',
    )
    const value = fc.constantFrom('', '=', '=1', '=22', '=a=b', '==')
    const query = fc.array(
      fc.tuple(name, value).map((pair) => pair.join('')),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(query, (parts) => {
        const target = `/a?${parts.join('&')}`
        const page = pageOf(target)
        expect(page === null ? null : `${page.name}=${page.value}`, target).toBe(twin(target))
      }),
      { numRuns: 500 },
    )
  })
})
