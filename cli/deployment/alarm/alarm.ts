import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { ParseArgsOptionsConfig } from 'node:util'
import { alarmsOf, urgencyOf } from '../../../infra/alarm-list.ts'
import { type Command, exitCodes, UsageError, withAllOfAws } from '../../command.ts'
import { parseWithOperands, wholeNumber } from '../../options.ts'
import { commonOptions, commonUsage, settingsWith, withEnvironment } from '../../settings.ts'
import { table } from '../../terminal/text.ts'
import { filled, paragraphOf, valuesOf } from './what-to-run.ts'

/** Where the commands are, for people and for this command. */
const page = join(import.meta.dirname, '../../../docs/operate.md')

/** For as many hours CloudWatch returns values of five minutes at once: 1,440 of them (CloudWatch, "GetMetricStatistics"). */
const maxHours = 120

const usage = `once alarm [NAME] [ENVIRONMENT] [--hours N] [-c NAME=VALUE]... [--json]

Prints what to run when an alarm rings: its paragraph of docs/operate.md, with the names and Regions of this deployment. Runs none of it.
Without NAME, lists the alarms of the deployment, and whether each wakes you or waits for the morning.

  --hours N      look back for so many hours, 1 to ${maxHours} (default 2)
${commonUsage}

  once alarm
  once alarm edge-throttled
  once alarm once-outcome-unknown --hours 12

${exitCodes}
`

const alarmOptions = {
  ...commonOptions,
  hours: { type: 'string', default: '2' },
} as const satisfies ParseArgsOptionsConfig

/** `once alarm`: prints what to run when an alarm rings. */
export const alarm: Command = {
  name: 'alarm',
  summary: 'print what to run when an alarm rings',
  usage,
  options: alarmOptions,
  run: withAllOfAws(async (args, ports) => {
    const { values, positionals } = parseWithOperands(args, alarmOptions)
    const { json, context } = values
    const [given, ...environment] = positionals
    const hours = wholeNumber(values.hours, { option: '--hours', min: 1, max: maxHours })
    const settings = settingsWith(withEnvironment(environment, context))
    const alarms = alarmsOf(settings).map(([name, row]) => ({ name, urgency: urgencyOf(row), text: row.text }))
    if (given === undefined) {
      ports.print(json ? JSON.stringify(alarms) : table(alarms.map(({ name, urgency }) => [name, urgency])))
      return 0
    }
    const found = alarms.find(({ name }) => [name, `${settings.name}-${name}`].includes(given))
    if (found === undefined) {
      const allowed = alarms.map(({ name }) => name).join(', ')
      throw new UsageError(`alarm: got ${JSON.stringify(given)}, allowed: ${allowed}`)
    }
    const paragraph = paragraphOf(await text(ports.disk.read(page)), found.name)
    const run = filled(paragraph, await valuesOf(settings, hours, ports))
    ports.print(json ? JSON.stringify({ ...found, run }) : `${found.urgency}. ${found.text}\n\n${run}`)
    return 0
  }),
}
