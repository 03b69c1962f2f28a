import type { IncidentSpec, Login, StoryRequest } from '../../contract.js'
import { mix } from '../../model/random.js'
import { HOSTS, type Site } from '../../model/site.js'
import { type Actor, ask } from '../scene.js'

/** A place where users prove who they are, with the requests around it. */
export interface Door {
  readonly login: Login
  readonly route: string
  /** The names that are tried are in the log, where the layout has a user. */
  readonly showsUser: boolean
  /** One attempt. */
  attempt(actor: Actor, at: number, user: string, letsIn: boolean, incident: IncidentSpec): StoryRequest
  /** What is asked for before: the form, or the page that refuses. */
  before(actor: Actor, at: number, incident: IncidentSpec): StoryRequest
  /** What those who are in see. `n` counts from 0. */
  inside(actor: Actor, at: number, user: string, n: number, incident: IncidentSpec): StoryRequest
}

/** Checking a password takes time on purpose. */
function checkMs(at: number): number {
  return 170 + (mix(at, 11) % 120)
}

export function doorOf(login: Login, site: Site): Door {
  return DOORS[login](site)
}

const DOORS: Readonly<Record<Login, (site: Site) => Door>> = {
  form: (site) =>
    formDoor('form', '/login', HOSTS.shop, site.login.bytes + 214, site.login.bytes, (user, n) => {
      const order = 400_000 + (mix(user.length + n, user.charCodeAt(0)) % 500_000)
      return n === 0
        ? { target: '/account', bytes: site.account.bytes, route: 'GET /account' }
        : {
            target: `/account/orders/${order}`,
            bytes: 6_800 + (order % 3_000),
            route: 'GET /account/orders/{id}',
          }
    }),
  wordpress: () =>
    formDoor('wordpress', '/blog/wp-login.php', HOSTS.shop, 7_914, 7_318, (_user, n) => {
      const page = [
        '/blog/wp-admin/',
        '/blog/wp-admin/users.php',
        '/blog/wp-admin/plugins.php',
        '/blog/wp-admin/theme-editor.php',
      ][n % 4]!
      return { target: page, bytes: 58_000 + (mix(n, 2) % 30_000), route: `GET ${page}` }
    }),
  api: () => ({
    login: 'api',
    route: 'POST /api/v2/session',
    showsUser: false,
    attempt: (actor, at, user, letsIn, incident) =>
      ask({ ...actor, host: HOSTS.api }, at, {
        method: 'POST',
        target: '/api/v2/session',
        status: letsIn ? 201 : 401,
        bytes: letsIn ? 412 : 68,
        durationMs: checkMs(at),
        act: { incident, route: 'POST /api/v2/session', login: letsIn ? 'success' : 'failure', user },
      }),
    before: (actor, at, incident) =>
      ask({ ...actor, host: HOSTS.api }, at, {
        target: '/api/v2/me',
        status: 401,
        bytes: 71,
        act: { incident, route: 'GET /api/v2/me' },
      }),
    inside: (actor, at, user, n, incident) => {
      const target =
        n === 0
          ? '/api/v2/me'
          : n === 1
            ? '/api/v2/me/orders?limit=20'
            : `/api/v2/me/orders/${400_000 + (mix(n, user.length) % 500_000)}`
      const route =
        n === 0 ? 'GET /api/v2/me' : n === 1 ? 'GET /api/v2/me/orders' : 'GET /api/v2/me/orders/{id}'
      return ask({ ...actor, host: HOSTS.api }, at, {
        target,
        bytes: 700 + n * 310,
        act: { incident, route, user },
      })
    },
  }),
  basic: () =>
    basicDoor('/intranet/', HOSTS.office, 381, 5_420, (n) => `/intranet/docs/${200 + ((n * 37) % 160)}`),
}

/** A form that is shown again, with a word of reproach, when it does not let in; a redirect when it does. */
function formDoor(
  login: Login,
  path: string,
  host: string,
  failureBytes: number,
  formBytes: number,
  insideOf: (user: string, n: number) => { target: string; bytes: number; route: string },
): Door {
  const referrer = `https://${host}${path}`
  return {
    login,
    route: `POST ${path}`,
    showsUser: false,
    attempt: (actor, at, user, letsIn, incident) =>
      ask({ ...actor, host }, at, {
        method: 'POST',
        target: path,
        status: letsIn ? 302 : 200,
        bytes: letsIn ? 0 : failureBytes,
        durationMs: checkMs(at),
        referrer,
        act: { incident, route: `POST ${path}`, login: letsIn ? 'success' : 'failure', user },
      }),
    before: (actor, at, incident) =>
      ask({ ...actor, host }, at, {
        target: path,
        bytes: formBytes,
        act: { incident, route: `GET ${path}` },
      }),
    inside: (actor, at, user, n, incident) => {
      const { target, bytes, route } = insideOf(user, n)
      return ask({ ...actor, host }, at, { target, bytes, referrer, act: { incident, route, user } })
    },
  }
}

/** HTTP Basic: each request carries the name. Both Apache and nginx log it whether it lets in or not. */
export function basicDoor(
  path: string,
  host: string,
  deniedBytes: number,
  servedBytes: number,
  pageOf: (n: number) => string,
): Door {
  const route = `GET ${path}`
  return {
    login: 'basic',
    route,
    showsUser: true,
    attempt: (actor, at, user, letsIn, incident) =>
      ask({ ...actor, host }, at, {
        target: path,
        status: letsIn ? 200 : 401,
        bytes: letsIn ? servedBytes : deniedBytes,
        durationMs: checkMs(at),
        user,
        act: { incident, route, login: letsIn ? 'success' : 'failure', user },
      }),
    before: (actor, at, incident) =>
      ask({ ...actor, host }, at, {
        target: path,
        status: 401,
        bytes: deniedBytes,
        act: { incident, route },
      }),
    inside: (actor, at, user, n, incident) => {
      const target = pageOf(n)
      return ask({ ...actor, host }, at, {
        target,
        bytes: 3_000 + (mix(n, 4) % 22_000),
        user,
        act: { incident, route: `GET ${target.replace(/\d+/g, '{id}')}`, user },
      })
    },
  }
}
