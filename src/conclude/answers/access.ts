import type { Answer, Basis, RestsOn } from '../../core/answer.js'
import type { EvidenceReference } from '../../findings/contract.js'
import type { AccessVerdict, Reading } from '../contract.js'
import { citedBy, type Incident } from './incident.js'

export interface AccessInput {
  readonly incident: Incident
  readonly reading: Reading
  readonly restsOn: RestsOn
}

/**
 * Did somebody get what they had no right to? The strongest thing that a finding proves; with none, what was not read or not
 * covered decides between `not-found` and `undecidable`.
 */
export function answerAccess(input: AccessInput): Answer<AccessVerdict, EvidenceReference> {
  const { incident, reading, restsOn } = input
  const { proven, probable, attempted } = incident
  const blind = blindSpots(input)
  const verdict = verdictOf(incident, blind)
  const shown =
    verdict === 'proven' ? [...proven, ...probable] : verdict === 'probable' ? probable : attempted
  return {
    verdict,
    basis: [...found(incident), ...blind],
    numbers: {
      proven: proven.length,
      probable: probable.length,
      attempted: attempted.length,
      notRead: reading.notRead.length,
      gaps: restsOn.gapCount,
    },
    ...citedBy(shown),
    wouldChange: WOULD_CHANGE[verdict],
    restsOn,
  }
}

function verdictOf({ proven, probable, attempted }: Incident, blind: readonly Basis[]): AccessVerdict {
  if (proven.length > 0) return 'proven'
  if (probable.length > 0) return 'probable'
  if (attempted.length > 0) return 'attempted'
  return blind.length > 0 ? 'undecidable' : 'not-found'
}

function found({ proven, probable, attempted }: Incident): Basis[] {
  const counts = [
    {
      code: 'served-where-it-must-not-be',
      count: proven.length,
      text: 'prove that something was served that must not be',
    },
    { code: 'access-probable', count: probable.length, text: 'make it probable that access succeeded' },
    { code: 'attempts', count: attempted.length, text: 'tell of attempts, or of answers that are unclear' },
  ]
  const told = counts
    .filter(({ count }) => count > 0)
    .map(({ code, count, text }) => ({ code, text: `${count} finding${count === 1 ? '' : 's'}: ${text}` }))
  return told.length > 0
    ? told
    : [{ code: 'no-finding', text: 'no check that ran found access or an attempt at it' }]
}

/** What keeps silence from meaning that nothing happened. */
function blindSpots({ reading, restsOn }: AccessInput): Basis[] {
  const missing = restsOn.gaps.filter(({ state }) => state === 'missing').length
  const spots: (Basis | null)[] = [
    reading.interrupted ? { code: 'interrupted', text: 'the run was interrupted before all was read' } : null,
    reading.notRead.length > 0
      ? { code: 'not-read', text: `${reading.notRead.length} pieces of evidence could not be read` }
      : null,
    missing > 0 ? { code: 'coverage-gaps', text: 'logs are missing for a part of the time' } : null,
  ]
  return spots.filter((spot) => spot !== null)
}

const WOULD_CHANGE: Readonly<Record<AccessVerdict, readonly string[]>> = {
  proven: [
    'that the requests were authorised after all, or that a declared closing or its zone is wrong',
    'that what was served held no data: the log states sizes, not contents',
  ],
  probable: [
    'that the requests were authorised: who they belong to, and what they were allowed',
    'a declaration that the route serves data, which would make it proven',
  ],
  attempted: [
    'an answer that the log cannot show to be one of success, such as a redirect that let somebody in',
  ],
  undecidable: ['the evidence that could not be read or is missing'],
  'not-found': [
    'logs of servers, times or layers that are not among the evidence',
    'entry points, logins or data routes that the case does not declare',
    'access that looks like ordinary use, such as with a password that was stolen elsewhere',
  ],
}
