import { FIELD, type FieldId } from '../../columns/contract.js'
import type { Codec, Layout } from '../contract.js'
import { nginxString } from './directive.js'
import { type Meaning, meaningOfCookie, meaningOfHeader } from './headers.js'
import { assembleLayout, type FieldPart, invalidFormat, type Part, WHOLE_TARGET } from './parts.js'

function text(field: FieldId, rank = 0): Meaning {
  return { codec: { as: 'text', field }, rank }
}
function as(codec: Codec, rank = 0): Meaning {
  return { codec, rank }
}

/**
 * Variables that fill a column; all others are kept as extras.
 *
 * @see https://nginx.org/en/docs/varindex.html
 */
const VARIABLES: Readonly<Record<string, Meaning>> = {
  remote_addr: text(FIELD.client),
  realip_remote_addr: text(FIELD.client, 1),
  proxy_protocol_addr: text(FIELD.client, 2),
  // Ends with $remote_addr: says more than the header alone.
  proxy_add_x_forwarded_for: text(FIELD.forwarded, -1),
  remote_user: text(FIELD.user),
  msec: as({ as: 'time', time: { kind: 'epoch', unit: 1000 } }),
  time_iso8601: as({ as: 'time', time: { kind: 'iso' } }, 1),
  time_local: as({ as: 'time', time: { kind: 'clf' } }, 2),
  request: as({ as: 'request' }),
  request_method: as({ as: 'method' }),
  request_uri: as({ as: 'target' }, WHOLE_TARGET),
  uri: as({ as: 'target' }, 1),
  document_uri: as({ as: 'target' }, 2),
  args: as({ as: 'query' }),
  query_string: as({ as: 'query' }),
  server_protocol: text(FIELD.protocol),
  status: as({ as: 'status' }),
  body_bytes_sent: as({ as: 'bytes', headers: false }),
  bytes_sent: as({ as: 'bytes', headers: true }, 1),
  request_time: as({ as: 'duration', unit: 1000 }),
  host: text(FIELD.host, 0),
  server_name: text(FIELD.host, 2),
}

function meaningOf(name: string): Meaning {
  const known = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
  if (known !== undefined) return known
  if (name.startsWith('cookie_')) return meaningOfCookie(name.slice('cookie_'.length), name)
  if (name.startsWith('http_')) return meaningOfHeader(name.slice('http_'.length).replaceAll('_', '-'), name)
  return as({ as: 'extra', name })
}

/**
 * Reads an nginx `log_format`, the string alone or with the directive around it. With `escape=json` and `escape=none` a
 * variable without a value is written as nothing, else as `-`.
 *
 * @throws {ERR_OPTION_INVALID} The string cannot be read back, or has no time or nothing of a request.
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export function compileNginx(format: string, id = 'custom'): Layout {
  const { text: string, spelling } = nginxString(format)
  return assembleLayout(id, partsOf(string), spelling)
}

function partsOf(format: string): Part[] {
  const parts: Part[] = []
  // `$uri$is_args$args` is a target: $is_args is `?` or nothing, as the query has it.
  const piece = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))|\$|[^$]+/g
  for (const match of format.matchAll(piece)) {
    const name = match[1] ?? match[2]
    if (match[0] === '$')
      throw invalidFormat(
        `a variable's name should follow the $ at character ${match.index + 1} of the format string`,
      )
    if (name === undefined) parts.push({ kind: 'literal', text: match[0] })
    else if (name !== 'is_args' || !follows(parts)) parts.push(fieldOf(name, match[0], match.index))
  }
  return parts
}

function fieldOf(name: string, written: string, at: number): FieldPart {
  return { kind: 'field', ...meaningOf(name), written, name, at }
}

function follows(parts: readonly Part[]): boolean {
  const last = parts.at(-1)
  return last?.kind === 'field' && last.codec.as === 'target'
}
