import { SECOND_MS } from '../core/civil-time.js'
import { Agenda } from './agenda.js'
import { type Declared, LOGINS, type SimulateOptions, type Truth } from './contract.js'
import { Governor } from './governor.js'
import { LineMaker, type LogChunk } from './lines.js'
import { Population } from './model/population.js'
import { buildSite } from './model/site.js'
import { type Plan, planOf } from './options.js'
import { Recorder } from './recorder.js'
import { Scene } from './stories/scene.js'
import { Teller } from './stories/teller.js'
import type { Tempo } from './traffic/arrivals.js'
import type { TrafficSource, World } from './traffic/contract.js'
import { ordinaryTraffic } from './traffic/ordinary.js'
import { Outages } from './traffic/outages.js'

/** Changes whenever the same options give other bytes. */
export const GENERATOR_VERSION = 1

/** Event time that is made at a step. */
const STEP_MS = 10 * SECOND_MS
/** After the last instant, answers under way are waited for so long: downloads are slow. */
const TAIL_MS = 3_600_000
/** Bytes of a line, to guess a rate from a size. */
const LINE_BYTES = 225
/** Requests of one visitor in the whole log, on average. */
const VISITOR_REQUESTS = 30

/** What is known when all is written. */
export interface Outcome {
  readonly truth: Truth
  readonly declared: Declared
}

/**
 * Makes a log piece by piece; memory does not grow with its size.
 *
 *     const log = simulateChunks({ stories: ['guessing'], seed: 7 })
 *     for (;;) {
 *       const step = log.next()
 *       if (step.done) break // step.value.truth
 *       sink.write(step.value.bytes)
 *     }
 *
 * @throws {ERR_OPTION_INVALID} At the first step.
 */
export function* simulateChunks(options: SimulateOptions): Generator<LogChunk, Outcome> {
  const plan = planOf(options)
  const storyBytes = plan.options.size === null ? 0 : bytesOfStories(options)
  const tempo: Tempo = { rate: rateOf(plan, storyBytes) }
  const stage = setStage(plan, tempo.rate)
  const { world, recorder, lines } = stage
  const told = tellers(plan, world)
  const sources: TrafficSource[] = [
    ...(plan.options.traffic ? ordinaryTraffic(world, tempo) : []),
    ...told.sources,
  ]
  const governor =
    plan.options.size === null
      ? null
      : new Governor(tempo, plan.options.size - storyBytes, world.startMs, world.endMs, world.offsetMs)
  for (let at = world.startMs; at < world.endMs; at += STEP_MS) {
    const until = Math.min(at + STEP_MS, world.endMs)
    governor?.correct(at, lines.ordinaryBytes)
    for (const source of sources) source.advance(until)
    world.agenda.drain(until, lines.write)
    yield* lines.take()
  }
  for (let at = world.endMs; !world.agenda.isEmpty && at < world.endMs + TAIL_MS; at += STEP_MS) {
    world.agenda.drain(at, lines.write)
    yield* lines.take()
  }
  const { chunks, files, totals } = lines.finish()
  yield* chunks
  return {
    declared: told.declared,
    truth: {
      generator: { name: 'postern simulate', version: GENERATOR_VERSION },
      options: plan.options,
      files,
      totals,
      visible: plan.target.visible,
      logins: LOGINS,
      ...recorder.finish(plan.options.strength),
    },
  }
}

/** Bytes that the stories take: they are told once without being kept. */
function bytesOfStories(options: SimulateOptions): number {
  const { size: _size, ...rest } = options
  if ((options.stories ?? []).length === 0) return 0
  const log = simulateChunks({ ...rest, traffic: false })
  for (;;) {
    const step = log.next()
    if (step.done === true) return step.value.truth.totals.bytes
  }
}

/** Requests a second to begin with. */
function rateOf({ options, startMs, endMs }: Plan, storyBytes: number): number {
  if (options.rate !== null) return options.rate
  if (options.size === null) return 0
  return Math.max(0, options.size - storyBytes) / LINE_BYTES / ((endMs - startMs) / SECOND_MS)
}

function setStage({ options, target, startMs, endMs }: Plan, rate: number) {
  const { seed } = options
  const offsetMs = options.offsetMinutes * 60_000
  const requests = rate * ((endMs - startMs) / SECOND_MS)
  const world: World = {
    seed,
    site: buildSite(seed, new Date(startMs + offsetMs).getUTCFullYear() - 1),
    population: new Population(seed, requests / VISITOR_REQUESTS),
    agenda: new Agenda(startMs, rate),
    outages: new Outages(seed, startMs, endMs, offsetMs),
    startMs,
    endMs,
    offsetMs,
    producer: target.producer,
    tokens: target.visible.token,
  }
  const recorder = new Recorder(target.stampStepMs)
  const lines = new LineMaker(target, options.offsetMinutes, options.servers, recorder)
  return { world, recorder, lines }
}

function tellers({ stories, options }: Plan, world: World) {
  const told = stories.map(({ story, place }) => ({
    story,
    ...story.tell(new Scene(options, story.id, place, world, world)),
  }))
  const declared: Declared = {
    closings: told.flatMap((it) => it.declared?.closings ?? []),
    dataRoutes: told.flatMap((it) => it.declared?.dataRoutes ?? []),
  }
  const sources = told.map(({ story, threads }) => new Teller(story.id, threads, world.agenda, world.endMs))
  return { sources, declared }
}
