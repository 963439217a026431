import { unlessAborted } from '../../../client/abortable.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import type { Command, ExitCode } from '../../command.ts'
import type { ClonePorts, DeploymentPorts } from '../../ports/ports.ts'
import { settingsWith } from '../../settings.ts'
import { deploy } from '../deploy/deploy.ts'
import { doctor } from '../doctor/doctor.ts'
import { prove } from '../prove/prove.ts'
import type { TrialKind } from '../prove/trials/trials.ts'
import { protectedTablesOf, tablesWhere } from '../table-protection.ts'
import { teardown } from '../teardown/teardown.ts'
import type { Progress } from './progress.ts'

/** What steps run with. */
export interface StepScope {
  readonly progress: Progress
  readonly ports: ClonePorts
  readonly aws: DeploymentPorts['aws']
  readonly signal: AbortSignal
}

/** How a step ended. Unless it `isDone`, it has to be run again. */
interface Ended {
  readonly isDone: boolean
  /** Whether it found no problem. */
  readonly isWell: boolean
  /** In some words. */
  readonly text: string
  readonly lines: readonly string[]
}

/** A step: its title, and the minutes that docs/start.md, docs/prove.md and `once teardown` expect; none has been measured on AWS. */
interface Step {
  readonly title: string
  readonly minutes: number
  /** Rejects if a service fails or refuses, and if the signal is aborted: then it can be run again. */
  run(scope: StepScope): Promise<Ended>
}

/** All steps, in their order. Each runs commands as they are. */
export const steps = {
  deploy: { title: 'deploy', minutes: 30, run: deployed },
  doctor: { title: 'doctor', minutes: 5, run: diagnosed },
  prove: { title: 'prove', minutes: 45, run: proved },
  update: { title: 'deploy with another tag', minutes: 15, run: updated },
  teardown: { title: 'teardown', minutes: 45, run: tornDown },
} as const satisfies Readonly<Record<string, Step>>

/** The name of a step. */
export type StepName = keyof typeof steps

/** Returns the settings of the deployment as `-c` takes them, with a tag that the update changes. */
export function contextOf({ name, context, runs }: Progress): readonly string[] {
  const tags = { 'first-account': runs['update'] === undefined ? 'new' : 'updated' }
  return [...context, `name=${name}`, `tags=${JSON.stringify(tags)}`]
}

/** Runs a command in this process; resolves to the lines of its result, and among them what CloudFormation failed to do. */
async function ran(
  command: Command,
  args: readonly string[],
  { progress, ports, signal }: StepScope,
): Promise<{ readonly code: ExitCode; readonly lines: readonly string[] }> {
  const lines: string[] = []
  const settings = contextOf(progress).flatMap(pair => ['-c', pair])
  const code = await command.run([...args, ...settings], {
    ...ports,
    interrupts: { abortOnInterrupt: () => signal },
    print(text) {
      lines.push(...text.split('\n'))
      ports.print(text)
    },
    info(line) {
      if (/_FAILED\b/.test(line)) lines.push(`-> ${line}`)
      ports.info(line)
    },
  })
  signal.throwIfAborted()
  return { code, lines }
}

async function deployed(scope: StepScope): Promise<Ended> {
  const { code, lines } = await ran(deploy, ['--yes', '--new'], scope)
  const [text] = / is deployed(, with problems)?$/.exec(lines.at(-1) ?? '') ?? []
  // Its steps, and whatever says what to do: neither the preview, nor prices, addresses and the first link.
  const kept = lines.filter(line => /^\d\d:\d\d:\d\d | ?-> /.test(line))
  return { isDone: text !== undefined, isWell: code === 0, text: text?.replace(' is ', '') ?? 'stopped', lines: kept }
}

async function diagnosed(scope: StepScope): Promise<Ended> {
  const { code, lines } = await unlessAborted(ran(doctor, [], scope), scope.signal)
  const text = lines.at(-1)?.split(': ').at(-1) ?? ''
  return { isDone: true, isWell: code === 0, text, lines: lines.filter(line => /^(warn|fail) /.test(line)) }
}

/** The throw-away resources of more questions: those that AWS deletes at once, or within hours, as it does the edge function. */
export const trialsOfProve = ['ipv6', 'memory', 'strong'] as const satisfies readonly TrialKind[]

async function proved(scope: StepScope): Promise<Ended> {
  const { fileEnds, deliveryProof } = settingsWith(contextOf(scope.progress))
  // An earlier run of this step may have left some, of which not all can be deleted yet: then it asks without them.
  const cleaned = await ran(prove, ['--clean'], scope)
  const also = cleaned.code === 0 ? ['--also', trialsOfProve.join(), '--yes'] : []
  // A file goes after an hour, and the access log comes within another.
  const wait = fileEnds || deliveryProof ? ['--wait', '180'] : []
  const { code, lines } = await ran(prove, [...also, ...wait], scope)
  // Its report begins with a heading of its own, after the lines for a terminal.
  const report = lines.slice(lines.findIndex(line => line.startsWith('## ')) + 2)
  const text = report[0]?.split('. ')[0] ?? ''
  return { isDone: true, isWell: code === 0, text, lines: report }
}

/** Deploys again, and reads whether each table is still protected in each Region. */
async function updated(scope: StepScope): Promise<Ended> {
  const { progress, aws } = scope
  const { isDone, isWell, text, lines } = await deployed(scope)
  const settings = settingsWith(contextOf(progress))
  const tables = protectedTablesOf(settings, physicalNames(settings.name, progress.account))
  const on = await tablesWhere(true, tables, aws)
  const isKept = on.length === tables.length || !settings.deletionProtection
  // The first deployment has protected them all, and the end of each mends what its update took, and says so.
  const [, end = ''] = / table protection: (.*)/.exec(lines.join('\n')) ?? []
  const isTaken = end.includes('turned on')
  const isUnknown = !isTaken && (progress.runs['update'] ?? 0) > 1
  const found = isUnknown ? 'not known, because an earlier run may have mended it' : isTaken ? 'yes' : 'no'
  const protection = `the update took the protection of tables: ${found} (${end}); now ${on.length} of ${tables.length} have it, counting each Region`
  return { isDone, isWell: isWell && isKept, text: `${text}; ${protection}`, lines }
}

async function tornDown(scope: StepScope): Promise<Ended> {
  const deletion = await unlessAborted(ran(teardown, ['--yes', scope.progress.name], scope), scope.signal)
  const { code, lines } = await unlessAborted(ran(teardown, ['--verify'], scope), scope.signal)
  const left =
    deletion.code === 0 ? nothingLeft : code === 0 ? 'what is left is not billed' : 'something billed is left'
  return { isDone: code === 0, isWell: code === 0, text: left, lines }
}

/** How a teardown ends of which nothing has to be deleted later. */
export const nothingLeft = 'deleted'
