import type { LogFormat } from '../../contract.js'
import { jsonScanner } from '../../json/scan-json.js'
import { namesOf } from '../../meanings.js'
import { unescapedScanner } from '../../unescaped/scan-unescaped.js'
import { LAYOUTS } from './layouts.js'
import { JSON_MAP } from './members.js'

const OPEN_BRACE = 0x7b

/** Access log of Envoy: its default text, that of Istio, and JSON by the names of its command operators. */
export const envoy: LogFormat = {
  id: 'envoy',
  title: 'Envoy (default text, Istio, JSON)',
  reference: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage',
  example:
    '[2000-10-10T20:55:36.310Z] "GET /a?b=1 HTTP/2" 200 - 0 2326 226 100 "203.0.113.9" "curl/8.5.0" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "www.example.com" "192.0.2.1:80"',
  scanner: () => {
    const text = unescapedScanner(LAYOUTS)
    const json = jsonScanner(JSON_MAP)
    return {
      read: (line, row) => (line[0] === OPEN_BRACE ? json : text).read(line, row),
      program: json.program!,
    }
  },
  ...namesOf([
    ...LAYOUTS.flatMap(({ fields }) => fields.flatMap(({ meanings }) => meanings)),
    ...Object.values(JSON_MAP.members),
  ]),
  hint: /^[[{]/,
  stamp: { unknown: 'start' },
}
