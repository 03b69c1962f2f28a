import { open, rename, rm, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { PosternError } from '../core/errors.js'
import { visible } from '../core/text.js'

interface Flags {
  readonly force?: true
}

export function initCommand(): Command {
  return new Command('init')
    .description(
      'Ask a few questions and write a case file: what was closed and when, proxies, data routes, the zone. Each answer is checked at once.',
    )
    .argument('[file]', 'where to write it', 'case.yaml')
    .option('--force', 'replace a file that is there')
    .action(run)
}

async function run(file: string, flags: Flags): Promise<void> {
  if (flags.force !== true && (await stat(file).catch(() => null)) !== null)
    throw new PosternError(
      'ERR_OUTPUT_EXISTS',
      `${file} is there already; choose another name, or add --force`,
    )
  const { checkCase } = await import('../index.js')
  const talk = new Conversation(checkCase)
  try {
    const values = await askAll(talk)
    await write(file, await textOf(values))
  } finally {
    talk.end()
  }
  process.stdout.write(
    `\n${visible(file)} is written. Next: postern investigate LOGS --case ${visible(file)}\n`,
  )
}

/** A case as it is written down. */
type Values = Record<string, unknown>

/** Asks, checks what it was told by the schema of a case, and asks again. */
class Conversation {
  readonly #interface = createInterface({ input: process.stdin })
  readonly #lines = this.#interface[Symbol.asyncIterator]()
  readonly #check: (value: Values) => Promise<unknown>

  constructor(check: (value: Values) => Promise<unknown>) {
    this.#check = check
  }

  /**
   * @param put  The part of a case that the answer becomes; what the schema says against it is shown, and the question comes
   *   again.
   * @returns That part; null for an empty answer.
   */
  async ask(question: string, put: (answer: string) => Values): Promise<Values | null> {
    for (;;) {
      process.stdout.write(`${question}\n> `)
      const answer = await this.#line()
      if (answer === '') return null
      const part = put(answer)
      const problem = await this.#problemOf(part)
      if (problem === null) return part
      process.stdout.write(`  ${problem}\n`)
    }
  }

  async #line(): Promise<string> {
    const { done, value } = await this.#lines.next()
    if (done === true) {
      const message = 'the answers ended before the questions did; nothing was written'
      throw new PosternError('ERR_OPTION_INVALID', message)
    }
    return value.trim()
  }

  async #problemOf(part: Values): Promise<string | null> {
    try {
      await this.#check(part)
      return null
    } catch (error) {
      return visible(error instanceof Error ? error.message.replace(/^case: /gm, '') : String(error))
    }
  }

  end(): void {
    this.#interface.close()
  }
}

async function askAll(talk: Conversation): Promise<Values> {
  process.stdout.write('An empty answer skips a question. Ctrl-C ends without writing.\n\n')
  const name = await talk.ask('What is the investigation called?', (text) => ({ name: text }))
  const timezone = await talk.ask('Zone of stamps that name none, such as Europe/Madrid (UTC):', (text) => ({
    options: { timezone: text },
  }))
  const proxies = await talk.ask(
    'Proxies in front of the servers, with commas between: addresses, networks, or "private":',
    (text) => ({ trustedProxies: listOf(text) }),
  )
  const entryPoints = await askDoors(talk)
  const routes = await talk.ask(
    'Paths that hand out data worth taking, with commas between, * for a segment, ** for any number:',
    (text) => ({ dataRoutes: listOf(text).map((path) => ({ id: idOf(path), ...ruleOf(path) })) }),
  )
  return { ...name, ...timezone, ...proxies, ...(entryPoints.length > 0 ? { entryPoints } : {}), ...routes }
}

/** Doors, one after the other, until an empty answer. */
async function askDoors(talk: Conversation): Promise<Values[]> {
  const doors: Values[] = []
  for (;;) {
    const which = doors.length === 0 ? 'Path of a door that was declared closed' : 'Path of another one'
    const door = await talk.ask(`${which}, such as /test/export or /v1/*/numbers/**:`, (path) => ({
      entryPoints: [...doors, { id: unique(idOf(path), doors), ...ruleOf(path) }],
    }))
    if (door === null) return doors
    const asked = (door.entryPoints as Values[]).at(-1)!
    const closed = await talk.ask(
      'Closed from when on? With a zone, such as 2021-08-14T12:00:00Z:',
      (from) => ({
        entryPoints: [{ ...asked, closed: { from } }],
      }),
    )
    doors.push(closed === null ? asked : (closed.entryPoints as Values[])[0]!)
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function ruleOf(path: string): Values {
  return /[*{]/.test(path) ? { pattern: path } : { path }
}

/** `/test/export` to `test-export`. */
function idOf(path: string): string {
  const words = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return words === '' ? 'door' : words
}

function unique(id: string, doors: readonly Values[]): string {
  const isTaken = (name: string) => doors.some((door) => door.id === name)
  if (!isTaken(id)) return id
  for (let n = 2; ; n++) if (!isTaken(`${id}-${n}`)) return `${id}-${n}`
}

const HEAD = ` What this case declares. examples/case.yaml of Postern shows every key there is.`

async function textOf(values: Values): Promise<string> {
  const { Document } = await import('yaml')
  const document = new Document(values)
  document.commentBefore = HEAD
  return document.toString({ lineWidth: 100 })
}

async function write(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`
  try {
    const handle = await open(partial, 'w', 0o600)
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {})
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PosternError('ERR_SINK_FAILED', `cannot write ${file}: ${reason}`, { cause })
  }
}
