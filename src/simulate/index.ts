/**
 * `postern/simulate`: logs of incidents whose truth is known. Nothing else of the package loads it.
 */
export { GENERATOR_VERSION, type Outcome, simulateChunks } from './chunks.js'
export {
  type Declared,
  type DeclaredClosing,
  type DeclaredDataRoute,
  type EffectiveOptions,
  type IncidentKind,
  LOGINS,
  type Login,
  type SimulateOptions,
  type Truth,
  type TruthActor,
  type TruthAttack,
  type TruthFile,
  type TruthIncident,
  type TruthLookalike,
} from './contract.js'
export { type FolderOptions, type Simulation, simulate } from './folder.js'
export type { LogChunk } from './lines.js'
export { type HeldSimulation, simulateInMemory } from './memory.js'
export { stories } from './stories/registry.js'
