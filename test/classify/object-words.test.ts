import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectKey } from '../../src/classify/object-key.js'
import { ObjectWords } from '../../src/classify/object-words.js'
import { targetBatch, viewOf } from './target-batch.js'

function wordsOf(targets: readonly string[], low = 7, high = 11): string[] {
  const batch = targetBatch(targets)
  const objects = new ObjectWords(low, high)
  return targets.map((_, row) => {
    expect(objects.fill(batch, viewOf(batch), row)).toBe(true)
    return objects.words.join(' ')
  })
}

/** Whether the words tell all targets apart, or none. */
const areSame = (...targets: string[]) => new Set(wordsOf(targets)).size === 1
const areApart = (...targets: string[]) => new Set(wordsOf(targets)).size === targets.length

describe('words of objects', () => {
  it('are the same for spellings of one path', () => {
    expect(areSame('/a/b', '/a//b', '/a/./b', '/a/%62', '/a/b/', '/a/b;x=1')).toBe(true)
  })

  it('are the same in any order of parameters', () => {
    expect(areSame('/a?x=1&y=2&z=3', '/a?z=3&x=1&y=2', '/a?y=2&z=3&x=1&')).toBe(true)
  })

  it('pass over parameters that name no object', () => {
    expect(areSame('/a?x=1', '/a?x=1&_=17', '/a?UTM_Source=mail&x=1', '/a?nonce&x=1')).toBe(true)
  })

  it('tell apart paths, values, how often a parameter comes, and a value at another parameter', () => {
    expect(areApart('/a', '/b', '/a?x=1', '/a?x=2', '/a?x=1&x=1', '/a?x=1&y=2', '/a?x=2&y=1', '/a?x')).toBe(
      true,
    )
  })

  it('are others with other seeds', () => {
    expect(wordsOf(['/a?x=1'], 1, 2)).not.toEqual(wordsOf(['/a?x=1'], 1, 3))
  })

  it('are none where there is no path', () => {
    const batch = targetBatch(['*'])
    batch.pathLength[0] = -1
    expect(new ObjectWords(1, 2).fill(batch, viewOf(batch), 0)).toBe(false)
  })

  it('tell apart what `objectKey` tells apart, and nothing else', () => {
    const segment = fc.constantFrom('a', 'b', '..', '.', '', '%61', '%2e', 'c;d', '%2561', '4711', 'é')
    const parameter = fc.constantFrom(
      'x=1',
      'x=2',
      'y=1',
      'x',
      '',
      '_=5',
      '_=6',
      'cb=9',
      'token=t',
      'ts=1',
      'ts',
    )
    const target = fc
      .tuple(fc.array(segment, { maxLength: 4 }), fc.option(fc.array(parameter, { maxLength: 4 })))
      .map(([path, query]) => `/${path.join('/')}${query === null ? '' : `?${query.join('&')}`}`)
    fc.assert(
      fc.property(fc.array(target, { minLength: 2, maxLength: 12 }), (targets) => {
        const batch = targetBatch(targets)
        const keys = targets.map((_, row) => objectKey(batch, row))
        const words = wordsOf(targets)
        for (let a = 0; a < targets.length; a++)
          for (let b = 0; b < a; b++)
            expect(words[a] === words[b], `${targets[a]} ${targets[b]}`).toBe(keys[a] === keys[b])
      }),
      { numRuns: 300 },
    )
  })
})
