import type { Agenda } from '../agenda.js'
import type { Population } from '../model/population.js'
import type { Site } from '../model/site.js'
import type { Outages } from './outages.js'

/** Where ordinary traffic happens. */
export interface World {
  readonly seed: string
  readonly site: Site
  readonly population: Population
  readonly agenda: Agenda
  readonly outages: Outages
  readonly startMs: number
  readonly endMs: number
  /** Local minus UTC. */
  readonly offsetMs: number
  /** Which server's habits the log has. */
  readonly producer: 'apache' | 'nginx'
  /** Tokens and session ids are in the log, so they are worth making. */
  readonly tokens: boolean
}

/** A part of ordinary traffic. */
export interface TrafficSource {
  /** Adds all requests that begin before `untilMs` and were not added yet; those of a visit may begin later. */
  advance(untilMs: number): void
}
