/**
 * User agents of several hundred kinds, the most frequent first, as a site for engineers sees them: browsers by version
 * and system, crawlers, feed readers, command line clients.
 *
 * @param {import('./random.mjs').Random} random
 * @returns {string[]}
 */
export function userAgents(random) {
  const browsers = shuffled([...chromes(), ...firefoxes(), ...safaris(), ...explorers()], random)
  const robots = shuffled([...ROBOTS, ...feedReaders()], random)
  // about one in four of the frequent ones is no browser, as in the logs of small sites
  return browsers.flatMap((browser, i) =>
    i % 3 === 2 ? [browser, robots[(i - 2) / 3] ?? browser] : [browser],
  )
}

const WINDOWS = [
  'Windows NT 6.1; WOW64',
  'Windows NT 6.3; WOW64',
  'Windows NT 6.1',
  'Windows NT 5.1',
  'Windows NT 6.2',
]
const MACS = ['10_9_1', '10_9_2', '10_8_5', '10_7_5', '10_6_8']
const CHROMES = [
  '30.0.1599.101',
  '31.0.1650.63',
  '32.0.1700.102',
  '32.0.1700.107',
  '33.0.1750.117',
  '34.0.1847.11',
]
const FIREFOXES = ['17.0', '22.0', '24.0', '25.0', '26.0', '27.0', '28.0']

function chromes() {
  const systems = [
    ...WINDOWS,
    ...MACS.map((version) => `Macintosh; Intel Mac OS X ${version}`),
    'X11; Linux x86_64',
    'X11; CrOS x86_64 5116.115.4',
    ...['4.0.4; GT-I9300', '4.2.2; Nexus 7', '4.4.2; Nexus 5'].map(
      (device) => `Linux; Android ${device} Build/KOT49H`,
    ),
  ]
  return CHROMES.flatMap((version) =>
    systems.map(
      (it) => `Mozilla/5.0 (${it}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`,
    ),
  )
}

function firefoxes() {
  const systems = [
    ...WINDOWS,
    ...['10.6', '10.7', '10.8', '10.9'].map((version) => `Macintosh; Intel Mac OS X ${version}`),
    'X11; Linux x86_64',
    'X11; Ubuntu; Linux x86_64',
    'X11; Fedora; Linux i686',
    'Android; Mobile',
  ]
  return FIREFOXES.flatMap((version) =>
    systems.map((it) => `Mozilla/5.0 (${it}; rv:${version}) Gecko/20100101 Firefox/${version}`),
  )
}

function safaris() {
  const phones = ['6_0', '6_1_3', '7_0_4', '7_0_6'].flatMap((version) =>
    ['iPhone; CPU iPhone', 'iPad; CPU', 'iPod touch; CPU iPhone'].map(
      (device) =>
        `Mozilla/5.0 (${device} OS ${version} like Mac OS X) AppleWebKit/537.51.1 (KHTML, like Gecko) Version/7.0 Mobile/11B554a Safari/9537.53`,
    ),
  )
  const desks = MACS.map(
    (it) =>
      `Mozilla/5.0 (Macintosh; Intel Mac OS X ${it}) AppleWebKit/537.73.11 (KHTML, like Gecko) Version/7.0.1 Safari/537.73.11`,
  )
  return [...phones, ...desks]
}

function explorers() {
  return [7, 8, 9, 10].flatMap((version) =>
    [
      'Windows NT 5.1',
      'Windows NT 6.0',
      'Windows NT 6.1; Trident/5.0',
      'Windows NT 6.1; WOW64; Trident/6.0',
    ].map((it) => `Mozilla/${version > 8 ? 5 : 4}.0 (compatible; MSIE ${version}.0; ${it})`),
  )
}

const ROBOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
  'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  'Mozilla/5.0 (compatible; AhrefsBot/5.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (compatible; MJ12bot/v1.4.4; http://www.majestic12.co.uk/bot.php?+)',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10A5376e Safari/8536.25 (compatible; Googlebot-Mobile/2.1; +http://www.google.com/bot.html)',
  'msnbot-media/1.1 (+http://search.msn.com/msnbot.htm)',
  'Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Twitterbot/1.0',
  'curl/7.29.0',
  'Wget/1.14 (linux-gnu)',
  'python-requests/2.0.1 CPython/2.7.5 Linux/3.11.0',
  'Java/1.7.0_51',
  'libwww-perl/6.05',
  'Ruby',
  'Go 1.1 package http',
  '-',
]

function feedReaders() {
  return [
    'Feedly',
    'Feedbin',
    'NewsBlur',
    'Tiny Tiny RSS',
    'UniversalFeedParser',
    'Liferea',
    'Akregator',
  ].flatMap((name) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map(
      (minor) => `${name}/1.${minor} (+http://${name.toLowerCase().replaceAll(' ', '-')}.example/about)`,
    ),
  )
}

/** @template T @param {T[]} list @param {import('./random.mjs').Random} random @returns {T[]} */
function shuffled(list, random) {
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = /** @type {T} */ (result[i])
    result[i] = /** @type {T} */ (result[j])
    result[j] = kept
  }
  return result
}
