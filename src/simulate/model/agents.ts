/** User agents as they were in March 2025, which is when simulated logs start unless told otherwise. */

type Shares = readonly (readonly [agent: string, share: number])[]

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome'
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

/** Desktop browsers, with their shares in parts of a hundred. */
export const DESKTOP: Shares = [
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}/134.0.0.0 Safari/537.36`, 30],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}/133.0.0.0 Safari/537.36`, 14],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}/134.0.0.0 Safari/537.36 Edg/134.0.0.0`, 12],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME}/134.0.0.0 Safari/537.36`, 9],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.3.1 Safari/605.1.15`, 8],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:136.0) Gecko/20100101 Firefox/136.0', 7],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:135.0) Gecko/20100101 Firefox/135.0', 3],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}/133.0.0.0 Safari/537.36 Edg/133.0.0.0`, 3],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/17.6 Safari/605.1.15`, 3],
  [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME}/133.0.0.0 Safari/537.36`, 2],
  ['Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0', 2],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:136.0) Gecko/20100101 Firefox/136.0', 2],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}/132.0.0.0 Safari/537.36 OPR/117.0.0.0`, 2],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0', 1],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME}/132.0.0.0 Safari/537.36`, 1],
  [`Mozilla/5.0 (Windows NT 6.1; Win64; x64) ${CHROME}/109.0.0.0 Safari/537.36`, 1],
]

/** Browsers of telephones and tablets. */
export const MOBILE: Shares = [
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME}/133.0.0.0 Mobile Safari/537.36`, 34],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) ${WEBKIT} Version/18.3 Mobile/15E148 Safari/604.1`,
    22,
  ],
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME}/134.0.0.0 Mobile Safari/537.36`, 12],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) ${WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1`,
    9,
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
    8,
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) ${WEBKIT} CriOS/134.0.6998.33 Mobile/15E148 Safari/604.1`,
    5,
  ],
  ['Mozilla/5.0 (Android 14; Mobile; rv:136.0) Gecko/136.0 Firefox/136.0', 4],
  [`Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) ${WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1`, 4],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 16_7_10 like Mac OS X) ${WEBKIT} Version/16.6 Mobile/15E148 Safari/604.1`,
    2,
  ],
]

/** The shop's own telephone app. */
export const APP: Shares = [
  ['ExampleApp/6.4.1 (Android 14; SM-S921B) okhttp/4.12.0', 28],
  ['ExampleApp/6.4.1 (iPhone; iOS 18.3.1) CFNetwork/3826.400.120 Darwin/24.3.0', 26],
  ['ExampleApp/6.4.1 (Android 13; SM-A546B) okhttp/4.12.0', 14],
  ['ExampleApp/6.4.0 (Android 14; Pixel 8) okhttp/4.12.0', 10],
  ['ExampleApp/6.4.0 (iPhone; iOS 17.6.1) CFNetwork/1498.700.2 Darwin/23.6.0', 10],
  ['ExampleApp/6.3.8 (Android 12; M2101K6G) okhttp/4.11.0', 7],
  ['ExampleApp/6.1.2 (Android 11; SM-A125F) okhttp/4.10.0', 5],
]

/** Clients of programs that use the interface. */
export const INTEGRATIONS = [
  'python-requests/2.32.3',
  'Java-http-client/17.0.14',
  'axios/1.8.1',
  'Go-http-client/2.0',
  'GuzzleHttp/7',
  'Apache-HttpClient/5.4.2 (Java/21.0.6)',
  'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
  'erp-connector/3.8.2',
] as const

/** Tools of those who attack, which are also tools of those who do not. */
export const TOOLS = [
  'python-requests/2.31.0',
  'python-requests/2.28.1',
  'Go-http-client/1.1',
  'curl/7.88.1',
  'python-httpx/0.27.2',
  'Python/3.11 aiohttp/3.9.5',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
] as const

/** One agent for each of a hundred places: drawing a place is drawing by share. */
export function byShare(shares: Shares): readonly string[] {
  return shares.flatMap(([agent, share]) => new Array<string>(share).fill(agent))
}
