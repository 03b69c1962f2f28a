/**
 * Passwords and other credentials tried at a login, or at a route that asks for them.
 *
 * A finding always states: the pattern, attempts, failures and successes, users and clients, the share that failed, peak and
 * pace, the floors that were reached, what success followed and when. One finding an attack, route and episode: of a client,
 * of a network where several clients share the work, or of a user at whom several clients tried.
 */
import type { Detector } from '../../contract.js'
import { THRESHOLDS } from './limits.js'
import { CredentialAttackObserver } from './observer.js'

export type { CredentialAttackMeasures } from './signal.js'

export const credentialAttack = {
  id: 'credential-attack',
  title: 'Credential attack',
  reference: 'https://attack.mitre.org/techniques/T1110/',
  thresholds: THRESHOLDS,
  memoryShare: 0.12,
  idle() {
    return null
  },
  create(input) {
    return new CredentialAttackObserver(input)
  },
} as const satisfies Detector
