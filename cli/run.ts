import { inspect } from 'node:util'
import { NoResponseError, ProblemError } from '../client/client.ts'
import { type Command, type ExitCode, exitCodes, UnreachableError, UsageError } from './command.ts'
import manifest from '../package.json' with { type: 'json' }
import { openConsole } from './console/console.ts'
import { deploy } from './deployment/deploy/deploy.ts'
import { doctor } from './deployment/doctor/doctor.ts'
import { policy } from './deployment/policy/policy.ts'
import { prove } from './deployment/prove/prove.ts'
import { restore } from './deployment/restore/restore.ts'
import { teardown } from './deployment/teardown/teardown.ts'
import { issue } from './links/issue.ts'
import { list } from './links/list.ts'
import { redeem } from './links/redeem.ts'
import { revoke, status } from './links/existing-links.ts'
import { unknownText } from './options.ts'
import type { Ports } from './ports/ports.ts'
import { adviceOnCredentials, reasonOf, refusalOf } from './terminal/errors.ts'
import { escapeControls, redact, singleLine } from './terminal/text.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  issue,
  status,
  list,
  revoke,
  redeem,
  openConsole,
  deploy,
  doctor,
  policy,
  prove,
  restore,
  teardown,
]

const usage = `once COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

Run it as npm run once -- COMMAND in this folder, or as once COMMAND after npm link. once help COMMAND, once COMMAND --help
and -h print its options and examples; once --version the version. Arguments after -- are not options. Credentials are found as
the AWS CLI finds them; --local uses the emulator and needs none.
${exitCodes}
`

/** Runs one command line and returns its exit code. Never rejects: prints errors, without secrets, to standard error. */
export async function run(args: readonly string[], rawPorts: Ports): Promise<ExitCode> {
  const ports = safe(rawPorts)
  // npm removes one --; another may remain.
  const [name, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (name === '--help' || name === '-h') return printed(usage, ports)
  if (name === '--version' || name === '-v') return printed(`once ${manifest.version}`, ports)
  if (name === 'help') return help(rest, ports)
  const command = commands.find(each => each.name === name)
  if (command === undefined) return unknown(name, ports)
  if (asksForHelp(rest)) return printed(command.usage, ports)
  try {
    return await command.run(rest, ports)
  } catch (error) {
    ports.progress?.('')
    ports.info(describe(error, command))
    return error instanceof ProblemError ? 3 : 2
  }
}

/** Escapes what a terminal would interpret, and removes secrets from standard error, which often goes into logs. */
function safe(ports: Ports): Ports {
  const { progress } = ports
  return {
    ...ports,
    print: line => ports.print(escapeControls(line)),
    info: line => ports.info(escapeControls(redact(line))),
    progress: progress && (line => progress(escapeControls(line))),
  }
}

function help([name, ...more]: readonly string[], ports: Ports): ExitCode {
  const command = commands.find(each => each.name === name)
  if (name === undefined || name === '--help' || name === '-h') return printed(usage, ports)
  return command === undefined || more.length > 0 ? unknown(more[0] ?? name, ports) : printed(command.usage, ports)
}

function unknown(name: string | undefined, { info }: Ports): ExitCode {
  const names = commands.map(each => each.name)
  if (name === undefined) info(usage.trimEnd())
  else info(`${JSON.stringify(name)}: ${unknownText(name, names)}\nallowed: ${names.join(', ')}\nFor help: once --help`)
  return 2
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some(arg => arg === '--help' || arg === '-h')
}

function printed(text: string, { print }: Ports): ExitCode {
  print(text.trimEnd())
  return 0
}

function describe(error: unknown, command: Command): string {
  const { name, options } = command
  if (error instanceof UsageError) return `${error.message}\nFor help: once ${name} --help`
  if (error instanceof UnreachableError) return error.message
  if (error instanceof ProblemError) {
    const request = error.requestId === undefined ? [] : [`request ${singleLine(error.requestId)}`]
    return [...refusalOf(error, options), ...request, ...adviceOnCredentials(error, command)].join('\n')
  }
  if (error instanceof NoResponseError && !isOfSdk(error.cause)) {
    const cause = error.cause === undefined ? '' : `: ${singleLine(reasonOf(error.cause))}`
    return `the call to the API failed: ${error.message}${cause}`
  }
  const cause = error instanceof NoResponseError ? error.cause : error
  if (!(cause instanceof Error)) return inspect(cause)
  if (isOfSdk(cause)) {
    return [`the call to AWS failed: ${cause.name}: ${cause.message}`, ...adviceOnCredentials(cause, command)].join(
      '\n',
    )
  }
  // The message of a system call explains itself. Anything else is a bug of ours and needs its stack trace.
  return 'syscall' in cause && 'code' in cause ? cause.message : inspect(cause)
}

/** The SDK sets `$metadata` on the errors of its calls, and `tryNextLink` on the error of finding no credentials. */
function isOfSdk(error: unknown): boolean {
  return error instanceof Error && ('$metadata' in error || 'tryNextLink' in error)
}
