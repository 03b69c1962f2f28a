import { toIso } from '../core/times.js'
import type { Declared } from './contract.js'

/** The case file that an operator of the simulated site would write; null when there is nothing to declare. */
export function caseFile(stories: readonly string[], { closings, dataRoutes }: Declared): string | null {
  if (closings.length === 0 && dataRoutes.length === 0) return null
  const lines = [
    '# What the operator of the simulated site declares; see examples/case.yaml for all that a case may say.',
    `name: Simulated ${stories.join(', ')}`,
    ...(closings.length === 0 ? [] : ['entryPoints:']),
    ...closings.flatMap(({ id, path, closedAt }) => [
      `  - id: ${id}`,
      `    path: ${path}`,
      '    closed:',
      `      from: ${toIso(closedAt)}`,
      '      uncertainty: 1m',
    ]),
    ...(dataRoutes.length === 0 ? [] : ['dataRoutes:']),
    ...dataRoutes.flatMap(({ id, path }) => [`  - id: ${id}`, `    path: ${path}`]),
  ]
  return `${lines.join('\n')}\n`
}
