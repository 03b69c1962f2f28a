import type { Story } from '../contract.js'
import { apiExport } from './api-export.js'
import { benign } from './benign/index.js'
import { guessing } from './guessing.js'
import { spraying } from './spraying.js'
import { stuffing } from './stuffing.js'
import { testGateway } from './test-gateway.js'

/**
 * All stories. The place of a story in the list decides which networks are its own: a new one goes to the end, so that
 * the others stay as they are. At most ten.
 */
export const stories: readonly Story[] = [testGateway, apiExport, stuffing, guessing, spraying, benign]
