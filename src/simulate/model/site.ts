import { Random } from './random.js'
import { NARROW, type Spread, USUAL, WIDE } from './spread.js'

/** Hosts of the site; `.example` and example.com belong to nobody. */
export const HOSTS = {
  shop: 'www.example.com',
  api: 'api.example.com',
  office: 'backoffice.example.com',
  test: 'gw-test.example.com',
} as const

/** Something with a path and a size that stays the same. */
export interface Asset {
  readonly path: string
  readonly bytes: number
}

export interface Page extends Asset {
  /** As a referrer, with scheme and host. */
  readonly url: string
  /** What only this page shows: pictures. */
  readonly pictures: readonly Asset[]
}

export interface Site {
  readonly home: Page
  readonly categories: readonly Page[]
  readonly products: readonly Page[]
  readonly help: readonly Page[]
  readonly news: readonly Page[]
  readonly login: Page
  readonly account: Page
  /** By what people look for, most frequent first. */
  readonly searches: readonly string[]
  /** Style sheets and scripts, by the name that a build gives them. */
  readonly styles: readonly Asset[]
  readonly scripts: readonly Asset[]
  readonly fonts: readonly Asset[]
  /** Asked for by the first page of a visit only. */
  readonly icons: readonly Asset[]
  readonly downloads: readonly Asset[]
  /** Paths of the site before its last relaunch: each is 301 to a page, or gone. */
  readonly moved: readonly { readonly path: string; readonly to: Page }[]
  readonly gone: readonly string[]
}

const BRANDS = [
  'norden',
  'alva',
  'kite',
  'tarn',
  'lumen',
  'quill',
  'marlow',
  'fjord',
  'osto',
  'brisk',
] as const
const THINGS = [
  'lamp',
  'desk',
  'chair',
  'shelf',
  'kettle',
  'backpack',
  'headphones',
  'router',
  'keyboard',
  'monitor-arm',
  'bike-light',
  'rug',
  'toaster',
  'speaker',
  'tent',
  'jacket',
] as const
const COLOURS = ['black', 'white', 'oak', 'blue', 'sand', 'green', 'red', 'walnut'] as const
const TOPICS = [
  'returns',
  'delivery-times',
  'payment-methods',
  'warranty',
  'track-an-order',
  'change-password',
  'gift-cards',
  'invoice-address',
  'cancel-an-order',
  'newsletter',
  'business-accounts',
  'recycling',
  'click-and-collect',
  'damaged-parcel',
  'privacy',
  'app',
] as const
const HEADLINES = [
  'spring-collection',
  'new-warehouse',
  'repair-instead-of-replace',
  'opening-hours',
  'price-promise',
  'recall-of-kettles',
  'app-update',
  'student-discount',
] as const

/** Everything of the site, by the seed. `year`: of its latest news. */
export function buildSite(seed: string, year: number): Site {
  const random = new Random(seed, 'site')
  const size = (median: number, spread: Spread) => around(random, median, spread)
  const page = (path: string, median: number, pictures: readonly Asset[] = []): Page => ({
    path,
    bytes: size(median, NARROW),
    url: `https://${HOSTS.shop}${path}`,
    pictures,
  })
  const products = productPaths(random).map(({ path, sku }) =>
    page(
      path,
      14_800,
      ['main', 'side', 'detail'].slice(0, random.between(1, 3)).map((view) => ({
        path: `/media/${sku}/${view}-640.webp`,
        bytes: size(34_000, USUAL),
      })),
    ),
  )
  const thumbs = () =>
    Array.from({ length: random.between(3, 7) }, () => ({
      path: `/media/${random.between(10_000, 99_999)}/thumb-240.webp`,
      bytes: size(8_900, USUAL),
    }))
  return {
    home: page('/', 21_300, thumbs()),
    categories: THINGS.map((thing) => page(`/c/${thing}`, 18_200, thumbs())),
    products,
    help: TOPICS.map((topic) => page(`/help/${topic}`, 7_900)),
    news: Array.from({ length: 48 }, (_, i) =>
      page(
        `/news/${year - Math.floor(i / 16)}/${String(12 - (i % 12)).padStart(2, '0')}/${random.pick(HEADLINES)}-${48 - i}`,
        9_600,
      ),
    ),
    login: page('/login', 5_200),
    account: page('/account', 9_400),
    searches: random.shuffled(
      THINGS.flatMap((thing) => [thing, ...COLOURS.slice(0, 5).map((colour) => `${thing}+${colour}`)]),
    ),
    styles: [
      { path: `/assets/app.${random.hex(8)}.css`, bytes: size(24_300, NARROW) },
      { path: `/assets/vendor.${random.hex(8)}.css`, bytes: size(9_800, NARROW) },
    ],
    scripts: [
      { path: `/assets/vendor.${random.hex(8)}.js`, bytes: size(141_000, NARROW) },
      { path: `/assets/app.${random.hex(8)}.js`, bytes: size(88_000, NARROW) },
    ],
    fonts: [
      { path: '/assets/fonts/inter-regular.woff2', bytes: 17_032 },
      { path: '/assets/fonts/inter-semibold.woff2', bytes: 17_348 },
    ],
    icons: [
      { path: '/assets/logo.svg', bytes: size(3_100, NARROW) },
      { path: '/favicon.ico', bytes: 1_150 },
    ],
    downloads: Array.from({ length: 40 }, (_, i) => ({
      path: `/downloads/manual-${random.pick(BRANDS)}-${random.pick(THINGS)}-${i + 1}.pdf`,
      bytes: size(3_400_000, WIDE),
    })),
    moved: products.slice(0, 40).map((to, i) => ({ path: `/shop/product.php?id=${1000 + i * 7}`, to })),
    gone: Array.from({ length: 24 }, (_, i) => `/shop/category.php?id=${20 + i * 3}`),
  }
}

function productPaths(random: Random): { path: string; sku: number }[] {
  const skus = new Set<number>()
  while (skus.size < 480) skus.add(random.between(10_000, 99_999))
  return [...skus].map((sku) => ({
    sku,
    path: `/p/${random.pick(BRANDS)}-${random.pick(THINGS)}-${random.pick(COLOURS)}-${sku}`,
  }))
}

/** A size or a time around a median. */
export function around(random: Random, median: number, spread: Spread): number {
  return Math.round(median * spread.draw(random))
}
