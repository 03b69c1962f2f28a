import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const OPTIONS = ['workers', 'scanner', 'hash']

/**
 * Options of the whole suite that a build has: an option that it does not know it ignores, of one that it knows it refuses
 * a value that makes no sense.
 *
 * @param {string} dist
 * @returns {Promise<ReadonlySet<string>>}
 */
export async function knownOptions(dist) {
  /** @type {typeof import('../src/index.js')} */
  const { investigate, isPosternError } = await import(pathToFileURL(resolve(dist, 'index.js')).href)
  const known = new Set()
  for (const option of OPTIONS) {
    const evidence = [{ name: 'one line', bytes: oneLine() }]
    await investigate({ evidence, [option]: 'no such value' })
      .report()
      .catch((error) => {
        const names =
          isPosternError(error) && error.code === 'ERR_OPTION_INVALID' && error.message.includes(option)
        if (!names) throw error
        known.add(option)
      })
  }
  return known
}

async function* oneLine() {
  yield Buffer.from('192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n')
}
