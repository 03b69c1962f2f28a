/**
 * All that a run takes, loaded when the first one starts. Who imports Postern for its formats, its detectors or its version
 * does not wait for it.
 */

export { resolveConfiguration } from './configuration.js'
export { InvestigationPass } from './investigation.js'
export { checkFolder, OutputFolder } from './outputs.js'
export { placedBatches, placedRecord } from './placed-batches.js'
export { searchRequests } from './search-requests.js'
export { readySources } from './sources.js'
