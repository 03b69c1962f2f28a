import { DAY_MS } from '../../core/civil-time.js'
import { carrierAddress, homeAddress, homeAddress6 } from './addresses.js'
import { APP, byShare, DESKTOP, MOBILE } from './agents.js'
import { mix, mixedUnit, Random } from './random.js'
import { Weighted } from './spread.js'

export type Place = 'home' | 'home6' | 'office' | 'mobile'

/** Somebody who comes to the site: a browser or an app, and where it goes out to the net. */
export interface Visitor {
  readonly index: number
  readonly place: Place
  /** '' where it changes: `addressOf` gives it. */
  readonly address: string
  readonly agent: string
  readonly app: string
  /** HTTP/2.0 or HTTP/1.1. */
  readonly protocol: string
  /** Has an account, with this name. */
  readonly user: string | null
  /** Day of the last visit, from which on the browser's cache is filled; -1 before the first. */
  lastDay: number
}

/** Most visitors that are kept apart; each is about 200 bytes of memory. */
export const MAX_VISITORS = 200_000
/** Visitors behind one office address, on average; few offices are large and most are small. */
const OFFICE_SIZE = 30
/** Subscribers behind one address of a carrier. */
const CARRIER_SIZE = 160
const CARRIERS = 3

const FIRST_NAMES =
  'anna ben carla david elena felix greta hugo ines jonas katja leo maria nils olga paul rosa simon tara uwe vera wim yara zeno'.split(
    ' ',
  )
const LAST_NAMES =
  'adler bauer costa dahl ekman fuchs garcia hansen iversen jung keller lund moreau novak olsen peters quist rossi santos tamm ulrich varga weber young'.split(
    ' ',
  )

/** An account's name, by number; every number has another. */
export function userName(index: number): string {
  const first = FIRST_NAMES[index % FIRST_NAMES.length]!
  const last = LAST_NAMES[Math.floor(index / FIRST_NAMES.length) % LAST_NAMES.length]!
  const round = Math.floor(index / (FIRST_NAMES.length * LAST_NAMES.length))
  return round === 0 ? `${first}.${last}` : `${first}.${last}${round}`
}

/** Names by which accounts exist; attackers' lists have them and others. */
export const ACCOUNTS = 40_000

/** All visitors of a site. One is made when he first comes. */
export class Population {
  readonly count: number
  readonly #salt: number
  readonly #visitors: (Visitor | undefined)[]
  readonly #byFrequency: Weighted
  readonly #offices: Weighted
  readonly #carrierPool: number
  readonly #desktop = byShare(DESKTOP)
  readonly #mobile = byShare(MOBILE)
  readonly #app = byShare(APP)

  constructor(seed: string, count: number) {
    this.count = Math.max(40, Math.min(MAX_VISITORS, Math.round(count)))
    this.#salt = new Random(seed, 'population').word()
    this.#visitors = new Array<Visitor | undefined>(this.count)
    // the keenest come some times a day, however many there are: the heavy addresses are those that many share
    this.#byFrequency = Weighted.zipf(this.count, this.count / 60)
    this.#offices = Weighted.zipf(Math.max(2, Math.round((this.count * 0.16) / OFFICE_SIZE)), 1)
    this.#carrierPool = Math.max(2, Math.round((this.count * 0.26) / CARRIER_SIZE / CARRIERS))
  }

  /**
   * Some come often, most once: Zipf's law.
   *
   * @param office  How far the hour is one of work, 0 to 1: people in offices come then.
   */
  draw(random: Random, office: number): Visitor {
    let visitor = this.at(this.#byFrequency.draw(random))
    for (let again = 0; again < 4 && visitor.place === 'office' && !random.chance(office); again++)
      visitor = this.at(this.#byFrequency.draw(random))
    return visitor
  }

  at(index: number): Visitor {
    const known = this.#visitors[index]
    if (known !== undefined) return known
    const made = this.#make(index)
    this.#visitors[index] = made
    return made
  }

  #make(index: number): Visitor {
    const salt = this.#salt
    const unit = mixedUnit(index, salt)
    const place: Place = unit < 0.44 ? 'home' : unit < 0.58 ? 'home6' : unit < 0.74 ? 'office' : 'mobile'
    const isMobile = place === 'mobile' || (place !== 'office' && mixedUnit(index, salt + 1) < 0.4)
    const agents = isMobile ? this.#mobile : this.#desktop
    const hasAccount = mixedUnit(index, salt + 3) < 0.35
    return {
      index,
      place,
      address:
        place === 'home' ? homeAddress(index + 71) : place === 'office' ? this.#officeAddress(index) : '',
      agent: agents[mix(index, salt + 2) % agents.length]!,
      app: this.#app[mix(index, salt + 4) % this.#app.length]!,
      protocol: mixedUnit(index, salt + 5) < 0.86 ? 'HTTP/2.0' : 'HTTP/1.1',
      user: hasAccount ? userName(mix(index, salt + 6) % ACCOUNTS) : null,
      lastDay: -1,
    }
  }

  #officeAddress(index: number): string {
    return homeAddress(MAX_VISITORS + this.#offices.at(mix(index, this.#salt + 7)))
  }

  /** The address from which a visitor comes at a time. A subscriber of a carrier may have another one each time. */
  addressOf(visitor: Visitor, atMs: number, random: Random): string {
    if (visitor.address !== '') return visitor.address
    if (visitor.place === 'home6') return homeAddress6(visitor.index, Math.floor(atMs / DAY_MS))
    return carrierAddress(visitor.index % CARRIERS, random.below(this.#carrierPool))
  }
}
