import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, maskSecrets, visible } from '../../src/core/text.js'

describe('visible', () => {
  it('shows controls by their hex digits and other invisible characters by their code point', () => {
    expect(visible('a\x1b[31mb\x00\x7f\x9b\n\t\r')).toBe('a\\x1b[31mb\\x00\\x7f\\x9b\\x0a\\x09\\x0d')
    expect(visible('\u202egpj.exe\u200b\u2028\ufeff')).toBe('\\u{202e}gpj.exe\\u{200b}\\u{2028}\\u{feff}')
    expect(visible('\u{e0041}\ud800x')).toBe('\\u{e0041}\\u{d800}x')
  })

  it('leaves what a person can read as it is', () => {
    const text = 'GET /búsqueda/電話?q=%1b "Ünï" \\x1b 📞'
    expect(visible(text)).toBe(text)
  })

  it('leaves nothing behind that a terminal acts on, and is its own fixed point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(text)
        expect(shown).not.toMatch(/[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/)
        expect(new TextDecoder().decode(new TextEncoder().encode(shown))).toBe(shown)
        expect(visible(shown)).toBe(shown)
      }),
    )
  })
})

describe('clip', () => {
  it('cuts by code points and ends in an ellipsis', () => {
    expect(clip('abcdef', 6)).toBe('abcdef')
    expect(clip('abcdef', 5)).toBe('abcd…')
    expect(clip('📞📞📞', 3)).toBe('📞📞📞')
    expect(clip('📞📞📞', 2)).toBe('📞…')
    expect(clip('abc', 1)).toBe('…')
    expect(clip('abc', 0)).toBe('')
  })

  it('never gives more than it may, and gives all where all fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, max) => {
        const clipped = clip(text, max)
        expect([...clipped].length).toBeLessThanOrEqual(max)
        if ([...text].length <= max) expect(clipped).toBe(text)
        else if (max > 0) expect([...clipped]).toEqual([...[...text].slice(0, max - 1), '…'])
      }),
    )
  })
})

describe('maskSecrets', () => {
  it.each([
    ['/a?access_token=abcd1234&b=1', '/a?access_token=***&b=1'],
    ['/a?x=1;token=abcd;y=2', '/a?x=1;token=***;y=2'],
    ['/a;jsessionid=AB12CD?x=1', '/a;jsessionid=***?x=1'],
    ['/a?token=ab?cd&x=1', '/a?token=***&x=1'],
    ['a=b; session=ab?cd/ef; lang=de', 'a=b; session=***; lang=de'],
    ['/a?%74oken=abcd', '/a?%74oken=***'],
    ['/a?%2574oken=abcd', '/a?%2574oken=***'],
    ['/a?user%5Bpassword%5D=hunter2&ok=1', '/a?user%5Bpassword%5D=***&ok=1'],
    ['/a?login[auth][0]=abcd&token[]=efgh', '/a?login[auth][0]=***&token[]=***'],
    ['/a?X-Amz-Signature=deadbeef#top', '/a?X-Amz-Signature=***#top'],
    ['/login?next=%2Fa%3Ftoken%3Dabcd%26x%3D1&y=2', '/login?next=%2Fa%3Ftoken%3D***%26x%3D1&y=2'],
    ['/l?n=%252Fa%253Fsid%253Dabcd%2526x%253D1%26z&y=2', '/l?n=%252Fa%253Fsid%253D***%2526x%253D1%26z&y=2'],
    ['https://ana:s3cret@host/a?b=c', 'https://ana:***@host/a?b=c'],
    ['https://ana:s3:cr@t@host/', 'https://ana:***@host/'],
    ['/r?u=https%3A%2F%2Fana%3As3cret%40host%2F', '/r?u=https%3A%2F%2Fana%3A***%40host%2F'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ***'],
    ['/a?authorization=Basic%20dTpw&b=1', '/a?authorization=***&b=1'],
    ['{"auth":["Basic dTpwYXNz"]}', '{"auth":["***"]}'],
    ['{"X-Api-Key" : "abcd","n":"v"}', '{"X-Api-Key" : "***","n":"v"}'],
    ['{"uri":"/a?a=1\\u0026token=abcd\\u0026b=2"}', '{"uri":"/a?a=1\\u0026token=***\\u0026b=2"}'],
    ['{"body":"{\\"password\\":\\"abcd\\",\\"n\\":1}"}', '{"body":"{\\"password\\":\\"***\\",\\"n\\":1}"}'],
    ['"GET /a?pwd=ab\\"cd HTTP/1.1" 200', '"GET /a?pwd=*** HTTP/1.1" 200'],
    ['/cb?code=0123456789abcdef&state=x', '/cb?code=***&state=x'],
    [
      'laravel_session=abcd; _gh_sess=efgh; connect_sid=ijkl; app_jwt=mnop',
      'laravel_session=***; _gh_sess=***; connect_sid=***; app_jwt=***',
    ],
  ])('masks the secret of %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
  })

  it.each([
    '/a?token=&x=1',
    '"GET /a?token= HTTP/1.1" 200 5 "-" "curl/7.68.0"',
    '/a?tokens=3&sessions=4&q=password',
    '/a?code=ES&key=42&pageToken=abcd',
    'https://host:8080/a@b',
    'https://ana@host/',
    'Mozilla/5.0 (compatible; Basic; Bearer)',
    '/a?q=%&b=%2',
  ])('leaves %s as it is', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })

  const names = [
    'access_token',
    'token',
    'session',
    'sessionid',
    'sid',
    'password',
    'passwd',
    'pwd',
    'secret',
  ].concat([
    'api_key',
    'apikey',
    'auth',
    'authorization',
    'signature',
    'sig',
    'X-Amz-Signature',
    'client_secret',
  ])
  const secret = fc
    .stringMatching(/^[A-Za-z0-9!$'()*,\-./:?@_~+|\\^`{}[\]]{4,30}$/)
    .map((text) => `Zq${text}qZ`)
  const encode = (text: string): string => text.replace(/[a-z]/gi, (c) => `%${c.charCodeAt(0).toString(16)}`)

  it('lets no value of a secret survive, however its name is spelt and wherever its pair stands', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        secret,
        fc.constantFrom('?', '&', ';', '?a=1&', '/x;'),
        fc.constantFrom(
          (n: string) => n,
          (n: string) => n.toUpperCase(),
          encode,
          (n: string) => `login[${n}]`,
        ),
        fc.nat(3),
        (name, value, lead, spell, depth) => {
          let pair = `${lead}${spell(name)}=${lead.endsWith(';') ? value.replaceAll('?', '') : value}&b=2`
          for (let level = 0; level < depth; level++) pair = encodeURIComponent(pair)
          const line = `1.2.3.4 "GET /a${pair} HTTP/1.1" 200 5`
          const masked = maskSecrets(line)
          expect(masked).toContain('***')
          expect(masked).not.toContain('Zq')
          expect(masked).not.toContain('qZ')
          expect(masked.endsWith(' HTTP/1.1" 200 5')).toBe(true)
          expect(maskSecrets(masked)).toBe(masked)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('changes nothing where no name is a secret', () => {
    const word = fc.stringMatching(/^[a-f0-9%._-]{1,12}$/)
    const pair = fc.tuple(word, word).map(([name, value]) => `n${name}=${value}`)
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const line = `"GET /a/b?${pairs.join('&')} HTTP/1.1" 200 5 "https://host/x?y=1" "agent"`
        expect(maskSecrets(line)).toBe(line)
      }),
    )
  })

  it('masks twice as once, whatever the text', () => {
    const piece = fc.constantFrom(
      'token',
      '=',
      '%3D',
      '"',
      ':',
      '//',
      '@',
      'Bearer',
      ' ',
      '+',
      '\\',
      '&',
      'a',
      '*',
      '%2',
      '[',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const masked = maskSecrets(pieces.join(''))
        expect(maskSecrets(masked)).toBe(masked)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads a megabyte of openings that never close', () => {
    for (const piece of [
      'sid=&',
      '"token":',
      '://',
      ':%2F%2F',
      '%3A%2F%2F',
      'Bearer ',
      '%25',
      'a=%253D',
      '"',
    ])
      expect(maskSecrets(piece.repeat(1_000_000 / piece.length)).length).toBeGreaterThan(0)
  })
})
