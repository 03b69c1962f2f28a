/**
 * What visitors ask of an invented site, and what it answers.
 *
 * A request is the text of a line between the stamp and the user agent: `] "GET /a HTTP/1.1" 200 123 "-" "`. Eight `~` in
 * it stand for digits that differ from line to line.
 */

const HOST = 'http://www.example.org'
const TOPICS = [
  'kernel',
  'networking',
  'databases',
  'compilers',
  'monitoring',
  'storage',
  'terminals',
  'gardening',
  'radio',
]
const WORDS = [
  'measuring',
  'latency',
  'without',
  'tears',
  'building',
  'small',
  'parsers',
  'upgrading',
  'mirrors',
  'debugging',
  'timers',
  'a',
  'quiet',
  'fan',
  'for',
  'the',
  'rack',
  'notes',
  'on',
  'clocks',
  'writing',
  'drivers',
  'reading',
  'logs',
  'at',
  'night',
]
const TALKS = ['north-conf', 'scale', 'ops-days', 'devroom', 'user-group', 'summit', 'unconference', 'meetup']
const PROJECTS = [
  'keybind',
  'winmove',
  'grokline',
  'eventpump',
  'dnsreload',
  'fexpand',
  'tailweave',
  'sshknock',
]

/** Assets that belong to every page, with their sizes. */
const COMMON_ASSETS = [
  ['/favicon.ico', 3638],
  ['/style2.css', 4877],
  ['/reset.css', 1015],
  ['/images/portrait-80.png', 6146],
  ['/images/web/2009/banner.png', 52315],
  ['/images/searchdotcom.png', 65748],
]

/**
 * @typedef {object} Page
 * @property {readonly string[]} first  Requests for the page itself, one of which opens a visit.
 * @property {readonly string[]} assets  Requests that follow.
 */

/**
 * The site's pages, the most asked for first.
 *
 * @param {import('./random.mjs').Random} random
 * @returns {Page[]}
 */
export function pages(random) {
  return Array.from({ length: 3000 }, (_, rank) => pageOf(rank, random))
}

/** @param {number} rank @param {import('./random.mjs').Random} random @returns {Page} */
function pageOf(rank, random) {
  const talk = rank % 5 === 1 ? `/presentations/${random.pick(TALKS)}-${2006 + (rank % 9)}-${rank}/` : null
  const path = talk ?? pathOf(rank, random)
  const size = 4000 + random.below(40_000)
  const referrers = ['-', '-', '-', `${HOST}/`, `${HOST}/blog/tags/${random.pick(TOPICS)}`, searchFor(random)]
  const first = referrers.map((referrer) => answer('GET', path, 200, size, referrer))
  first.push(answer('GET', `${path}?flav=rss20`, 200, size + 1200, '-'))
  first.push(answer('GET', `${path}?utm_source=feed&n=~~~~~~~~`, 200, size, `${HOST}/`))
  if (rank % 4 === 0) first.push(answer('HEAD', path, 200, '-', '-'))
  const own = talk === null ? [] : talkAssets(talk, random)
  const assets = [...COMMON_ASSETS, ...own].flatMap(([asset, bytes]) => {
    const fetched = answer('GET', String(asset), 200, Number(bytes), HOST + path)
    const unchanged = answer('GET', String(asset), 304, '-', HOST + path)
    // one in twenty is answered from the visitor's cache
    return random.chance(0.3) ? [fetched, unchanged, fetched] : [fetched, fetched, fetched, fetched]
  })
  return { first, assets }
}

/** @param {number} rank @param {import('./random.mjs').Random} random */
function pathOf(rank, random) {
  const slug = Array.from({ length: 2 + random.below(4) }, () => random.pick(WORDS)).join('-')
  if (rank === 0) return '/'
  if (rank % 11 === 2) return `/projects/${random.pick(PROJECTS)}/${slug}-${rank}.xhtml`
  if (rank % 11 === 3) return `/articles/${slug}-${rank}/`
  if (rank % 14 === 4) return `/blog/tags/${random.pick(TOPICS)}%20${rank}`
  return `/blog/${random.pick(TOPICS)}/${slug}-${rank}.html`
}

/** @param {string} talk @param {import('./random.mjs').Random} random @returns {[string, number][]} */
function talkAssets(talk, random) {
  const names = [
    'css/theme/default.css',
    'lib/head.min.js',
    'plugin/highlight/highlight.js',
    'plugin/notes/notes.js',
  ]
  for (let i = 0; i < 8; i++) names.push(`images/${random.pick(WORDS)}-${random.pick(WORDS)}-${i}.png`)
  return names.map((name) => [talk + name, 900 + random.below(200_000)])
}

/** @param {import('./random.mjs').Random} random */
function searchFor(random) {
  const query = Array.from({ length: 4 }, () => random.pick(WORDS)).join('+')
  return `http://www.search.example/url?sa=t&rct=j&q=${query}&source=web&cd=${random.below(9)}&ved=0CDYQFjAC`
}

/**
 * Requests that are no visit to a page: moved and missing paths, downloads in parts, forms, errors, and what scanners and
 * broken clients send. Drawn evenly.
 *
 * @param {import('./random.mjs').Random} random
 * @returns {string[]}
 */
export function strayRequests(random) {
  const moved = Array.from({ length: 16 }, (_, i) =>
    answer(
      'GET',
      `/${random.pick(['projects', 'articles', 'scripts', 'files'])}/${PROJECTS[i % 8]}`,
      301,
      319 + random.below(24),
      '-',
    ),
  )
  const missing = Array.from({ length: 15 }, (_, i) =>
    i % 3 === 0
      ? answer('GET', `/wp-content/uploads/~~~~~~~~/shell${i}.php`, 404, 305, '-')
      : answer(
          'GET',
          `/${random.pick(WORDS)}/${random.pick(WORDS)}-${i}.gif`,
          404,
          285 + random.below(50),
          `${HOST}/blog/`,
        ),
  )
  const parts = [65536, 131072, 196608, 327680].map((size) =>
    answer('GET', '/files/talks/slides.pdf', 206, size, '-'),
  )
  return [...moved, ...moved.slice(0, 1), ...missing, ...missing, ...missing.slice(0, 9), ...parts, ...ODD]
}

const ODD = [
  answer('GET', '/server-status', 403, 301, '-'),
  answer('GET', '/blog/feed.cgi', 500, 538, '-'),
  answer('POST', '/blog/comments.cgi', 200, 2371, `${HOST}/blog/`),
  answer('OPTIONS', '*', 200, '-', '-'),
  answer('GET', 'http://www.example.org/articles/', 200, 5120, '-'),
  answer('GET', '/search?q=%22exact%20phrase%22&page=~~~~~~~~', 200, 9034, `${HOST}/search?q=\\"exact\\"`),
  answer('GET', `/search?q=${'long+'.repeat(180)}`, 200, 8802, '-'),
  '] "GET /" 200 5120 "-" "',
  '] "-" 408 - "-" "',
  '] "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\\x03\\x03" 400 226 "-" "',
]

/** @param {string} method @param {string} target @param {number} status @param {number | '-'} bytes @param {string} referrer */
export function answer(method, target, status, bytes, referrer) {
  return `] "${method} ${target} HTTP/1.${target.length % 9 === 0 ? 0 : 1}" ${status} ${bytes} "${referrer}" "`
}
