import type { Wrapper } from '../../contract.js'

/** `2016-10-06T00:17:09.669794202Z stdout F `: the shortest has a second's precision and `Z`. */
const LEAST = 20
const MOST = 48
const HEAD =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP](?::[A-Za-z0-9:]{0,16})? /

/**
 * Lines of a Kubernetes node's container logs. A line in parts (`P`) is read part by part, and only a part that is a record
 * by itself is one.
 */
export const cri: Wrapper = {
  id: 'cri',
  title: 'the Container Runtime Interface of Kubernetes',
  reference: 'https://kubernetes.io/docs/concepts/cluster-administration/logging/',
  example:
    '2000-10-10T20:55:36.123456789Z stdout F 203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326',
  unwrap(bytes, start, end, inner) {
    if (end - start < LEAST || bytes[start + 10] !== 0x54) return null
    const found = HEAD.exec(
      Buffer.from(bytes.subarray(start, Math.min(end, start + MOST + 20))).toString('latin1'),
    )
    if (found === null) return null
    inner[0] = start + found[0].length
    inner[1] = end
    return 'escaped'
  },
}
