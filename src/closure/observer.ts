import type { Observer } from '../observe/contract.js'
import type { ClosureInput } from './contract.js'

/** What was seen at the declared doors, before it is judged. */
export interface ClosureTrace {
  readonly input: ClosureInput
}

/** Watches the doors that the case declares, and who goes through them. */
export class ClosureObserver implements Observer<ClosureTrace> {
  readonly id = 'closure'
  readonly wants = 0
  readonly scope = 'global'
  readonly horizon = 'retrospective'
  readonly #input: ClosureInput

  constructor(input: ClosureInput) {
    this.#input = input
  }

  visit(): void {}

  merge(_other: this): void {}

  *seal(): Iterable<ClosureTrace> {
    yield { input: this.#input }
  }

  snapshot(): Readonly<Record<string, number>> {
    return {}
  }
}
