import { Command } from 'commander'

export function formatsCommand(): Command {
  return new Command('formats')
    .description('List the formats that are recognised, with the names that --format takes.')
    .action(async () => {
      const { formats, wrappers } = await import('../index.js')
      for (const format of formats) {
        const pins = Object.keys(format.pins ?? {})
        const names = [format.id, ...pins].join(', ')
        const example = format.example.replaceAll('\n', '\n    ')
        process.stdout.write(`${names}\n    ${format.title}. ${format.reference}\n    ${example}\n`)
      }
      for (const { title, reference, example } of wrappers)
        process.stdout.write(`around any of them: ${title}\n    ${reference}\n    ${example}\n`)
      process.stdout.write(
        `'FORMAT STRING'\n    any nginx log_format or Apache LogFormat string, as in --format '$remote_addr [$time_local] "$request" $status'\n`,
      )
    })
}

export function detectorsCommand(): Command {
  return new Command('detectors')
    .description('List the detectors with their thresholds, which the case file may change.')
    .action(async () => {
      const { detectors } = await import('../index.js')
      for (const { id, title, reference, thresholds } of detectors) {
        process.stdout.write(`${id}\n    ${title}. ${reference}\n`)
        for (const threshold of thresholds) {
          process.stdout.write(
            `    ${threshold.name} = ${threshold.default} ${threshold.unit}: ${threshold.meaning}\n`,
          )
        }
      }
    })
}
