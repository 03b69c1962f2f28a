import { FIELD } from '../../../columns/contract.js'
import type { ValueMeaning } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

const ECS: Readonly<Record<string, ValueMeaning>> = {
  'client.ip': as({ as: 'address' }),
  'client.address': as({ as: 'address' }, 1),
  'source.ip': as({ as: 'address' }, 2),
  'source.address': as({ as: 'address' }, 3),
  'network.forwarded_ip': text(FIELD.forwarded),
  'user.name': text(FIELD.user),
  'http.request.method': as({ as: 'method' }),
  'http.version': extra('http_version'),
  'http.request.referrer': text(FIELD.referrer),
  'http.request.body.bytes': extra('request_length'),
  'http.request.id': extra('request_id'),
  'http.response.status_code': as({ as: 'status' }),
  'http.response.body.bytes': bytes(false),
  'http.response.bytes': bytes(true, 1),
  'url.original': as({ as: 'target' }),
  'url.path': as({ as: 'target' }, 1),
  'url.query': as({ as: 'query' }),
  'url.domain': text(FIELD.host),
  'user_agent.original': text(FIELD.userAgent),
  'event.duration': duration(1e-6),
}

/** @see https://github.com/pinojs/pino-http */
const PINO: Readonly<Record<string, ValueMeaning>> = {
  'req.ip': as({ as: 'address' }, 4),
  'req.remoteAddress': as({ as: 'address' }, 5),
  'req.method': as({ as: 'method' }, 1),
  'req.url': as({ as: 'target' }, 2),
  'req.headers.host': text(FIELD.host, 1),
  'req.headers.user-agent': text(FIELD.userAgent, 1),
  'req.headers.referer': text(FIELD.referrer, 1),
  'req.headers.x-forwarded-for': text(FIELD.forwarded, 1),
  'req.headers.authorization': text(FIELD.token, 1),
  'req.headers.cookie': as({ as: 'cookies' }),
  'res.statusCode': as({ as: 'status' }, 1),
  'res.headers.content-length': bytes(false, 2),
  responseTime: duration(1, 1),
}

/** Dots of the Elastic Common Schema are levels, or stand in the names themselves. */
function flattened(members: Readonly<Record<string, ValueMeaning>>): Record<string, ValueMeaning> {
  return Object.fromEntries(
    Object.entries(members).map(([path, meaning]) => [path.replaceAll('.', '\\.'), meaning]),
  )
}

export const APPLICATION_MEMBERS: Readonly<Record<string, ValueMeaning>> = {
  '@timestamp': as({ as: 'any-time' }),
  time: as({ as: 'any-time' }, 1),
  timestamp: as({ as: 'any-time' }, 2),
  ...ECS,
  ...flattened(ECS),
  ...PINO,
}
