#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander'
import { PosternError } from '../core/errors.js'
import { visible } from '../core/text.js'
import { version } from '../core/version.js'
import { detectorsCommand, formatsCommand } from './catalogue.js'
import { EXIT } from './exit.js'
import { reportFailure } from './failure.js'
import { initCommand } from './init.js'
import { investigateCommand } from './investigate.js'
import { parseCommand } from './parse.js'
import { requestsCommand } from './requests.js'
import { simulateCommand } from './simulate.js'
import { suggestClosuresCommand } from './suggest-closures.js'

/** An argument may be a file's name, and that may be hostile. */
const ERROR_OUTPUT = {
  outputError(text: string, write: (text: string) => void): void {
    write(text.split('\n').map(visible).join('\n'))
  },
}

/**
 * Builds the command line. Commands are thin: each hands its options to the library and prints what comes back. The library
 * is loaded when one runs; help and version do not wait for it.
 */
function buildProgram(): Command {
  const program = new Command('postern')
  program
    .description(
      'Forensic analysis of server access logs: what was read, who got in, and the lines that show it.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addOption(
      new Option('--color <when>', 'colour: auto, always, never')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .showHelpAfterError('(postern --help, or postern COMMAND --help, shows what there is)')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput(ERROR_OUTPUT)
    .addHelpText(
      'after',
      `
EVIDENCE is any mix of files, folders (read with all below), globs in quotes, and - for standard input. Files may be
compressed (gzip, zstd, bzip2) or in zip and tar archives. Evidence is opened read-only and read once.

Exit status: 0 done, 1 failed while running, 2 wrong command, case or path, 3 findings at or above --fail-on,
130 interrupted.

Examples:
  postern investigate access.log 'logs/*.gz' --case case.yaml
  postern requests logs/ --client 203.0.113.9 --status 2xx
  postern parse access.log | head -1`,
    )
  for (const command of [
    investigateCommand(),
    requestsCommand(),
    parseCommand(),
    initCommand(),
    suggestClosuresCommand(),
    simulateCommand(),
    formatsCommand(),
    detectorsCommand(),
  ]) {
    program.addCommand(
      command
        .exitOverride()
        .configureOutput(ERROR_OUTPUT)
        .showHelpAfterError(`(postern ${command.name()} --help shows what there is)`),
    )
  }
  return program
}

async function main(): Promise<void> {
  // a reader that has seen enough, as in `| head`, is no failure
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    const message = `cannot write to standard output; what was written is partial: ${error.message}`
    process.exit(reportFailure(new PosternError('ERR_SINK_FAILED', message, { cause: error })))
  })
  process.stderr.on('error', () => {})
  try {
    await buildProgram().parseAsync(process.argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misuse
    else process.exitCode = reportFailure(error)
  }
}

await main()
