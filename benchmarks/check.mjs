/** @typedef {{ entryPoint: string, client: string, severity: string, measures: Record<string, unknown> }} FoundFinding */
/** @typedef {import('./generate/planted.mjs').ExpectedFinding} ExpectedFinding */

const MEASURES = /** @type {const} */ (['served', 'accepted', 'unclear', 'denied', 'inFlight'])

/**
 * Compares findings with those that were planted: none missing, none else, the same counts, and the same sums for each
 * entry point. Of other detectors, the attacks must be found, but for those of a detector that says that its memory was
 * full; what they say of the rest of the traffic is judged in test/proof, not here.
 *
 * @param {readonly FoundFinding[]} found
 * @param {readonly string[]} bounds  That were reached, as `DETECTOR: what and to what effect`.
 * @param {Pick<import('./generate.mjs').Evidence['truth'], 'findings' | 'byEntryPoint' | 'attacks'>} truth
 * @returns {string[]} What is wrong.
 */
export function checkFindings(found, bounds, truth) {
  /** @param {{ entryPoint: string }} finding */
  const isPlanted = ({ entryPoint }) => Object.hasOwn(truth.byEntryPoint, entryPoint)
  const foundTexts = found
    .filter(isPlanted)
    .map((it) => describe(it, it.measures))
    .sort()
  const expectedTexts = truth.findings.map((it) => describe(it, it)).sort()
  return [
    ...surplus(expectedTexts, foundTexts).map((text) => `finding missing: ${text}`),
    ...surplus(foundTexts, expectedTexts).map((text) => `finding not expected: ${text}`),
    ...checkSums(found, truth.byEntryPoint),
    ...truth.attacks
      .filter(({ kind }) => !bounds.some((bound) => bound.startsWith(`${kind}:`)))
      .filter((attack) => !found.some((it) => isOf(attack, it)))
      .map(({ kind, client, severity }) => `finding missing: ${kind} ${client} ${severity}`),
  ]
}

/** @param {import('./generate/planted.mjs').Attack} attack @param {FoundFinding} finding  Its client is `ADDRESS#AGENT`. */
function isOf({ kind, client, severity }, finding) {
  return (
    finding.entryPoint === kind && finding.severity === severity && finding.client.startsWith(`${client}#`)
  )
}

/** @param {{ entryPoint: string, client: string, severity: string }} who @param {Record<string, unknown>} counts */
function describe({ entryPoint, client, severity }, counts) {
  return `${entryPoint} ${client} ${severity} ${MEASURES.map((name) => `${name}=${counts[name]}`).join(' ')}`
}

/** @param {readonly FoundFinding[]} found @param {Record<string, Record<string, number>>} byEntryPoint @returns {string[]} */
function checkSums(found, byEntryPoint) {
  return Object.entries(byEntryPoint).flatMap(([id, sums]) => {
    const own = found.filter(({ entryPoint }) => entryPoint === id)
    return MEASURES.flatMap((name) => {
      const sum = own.reduce((total, { measures }) => total + Number(measures[name]), 0)
      return sum === sums[name] ? [] : [`${id}: expected ${sums[name]} ${name}, found ${sum}`]
    })
  })
}

/** What is in `a` more often than in `b`. @param {readonly string[]} a @param {readonly string[]} b @returns {string[]} */
function surplus(a, b) {
  const rest = [...b]
  return a.filter((text) => {
    const at = rest.indexOf(text)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}

/** @param {Record<string, unknown>} found @param {Record<string, unknown>} expected @returns {string[]} */
export function differences(found, expected) {
  return Object.keys(expected)
    .filter((key) => found[key] !== expected[key])
    .map((key) => `${key}: expected ${expected[key]}, found ${found[key]}`)
}
