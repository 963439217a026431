import { inspect } from 'node:util'
import { NoResponseError, ProblemError } from '../client/client.ts'
import { UnreachableError, type Command, type ExitCode, exitCodes, UsageError } from './command.ts'
import { commands } from './commands.ts'
import type { Ports } from './ports/ports.ts'
import { reasonOf, refusalOf } from './terminal/errors.ts'
import { singleLine, escapeControls, redact } from './terminal/text.ts'

const usage = `once COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

once is npm run once -- in this folder, or once after npm link; once help COMMAND says more, with examples, as does
once COMMAND --help, or -h. What stands behind -- is no option. Credentials are found as the AWS CLI finds them; --local asks
the emulator and needs none.
${exitCodes}
`

/** Runs one command line. Never rejects: what goes wrong is told in a line without secrets, and by the exit code. */
export async function run(args: readonly string[], everything: Ports): Promise<ExitCode> {
  const ports = safe(everything)
  // npm takes one -- for itself; another may be left.
  const [name, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (name === '--help' || name === '-h') return printed(usage, ports)
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

/** Whatever is told, a terminal shows it and does not obey it; what goes into logs has no secrets in it. */
function safe(ports: Ports): Ports {
  const { progress: meter } = ports
  return {
    ...ports,
    print: line => ports.print(escapeControls(line)),
    info: line => ports.info(escapeControls(redact(line))),
    progress: meter && (line => meter(escapeControls(line))),
  }
}

function help([name, ...more]: readonly string[], ports: Ports): ExitCode {
  const command = commands.find(each => each.name === name)
  if (name === undefined || name === '--help' || name === '-h') return printed(usage, ports)
  return command === undefined || more.length > 0 ? unknown(more[0] ?? name, ports) : printed(command.usage, ports)
}

function unknown(name: string | undefined, { info: note }: Ports): ExitCode {
  const got = name === undefined ? 'nothing' : JSON.stringify(name)
  note(`got ${got}, allowed: ${commands.map(each => each.name).join(', ')}\n\n${usage}`)
  return 2
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some(arg => arg === '--help' || arg === '-h')
}

function printed(text: string, { print: say }: Ports): ExitCode {
  say(text.trimEnd())
  return 0
}

function describe(error: unknown, { name, options }: Command): string {
  if (error instanceof UsageError) return `${error.message}\nonce ${name} --help says more`
  if (error instanceof UnreachableError) return error.message
  if (error instanceof ProblemError) {
    const request = error.requestId === undefined ? [] : [`request ${singleLine(error.requestId)}`]
    return [...refusalOf(error, options), ...request].join('\n')
  }
  if (error instanceof NoResponseError && !isOfSdk(error.cause)) {
    return `the api can't be asked: ${error.message}${error.cause === undefined ? '' : `: ${singleLine(reasonOf(error.cause))}`}`
  }
  const cause = error instanceof NoResponseError ? error.cause : error
  if (!(cause instanceof Error)) return inspect(cause)
  if (isOfSdk(cause)) return `AWS can't be asked: ${cause.name}: ${cause.message}`
  // So do calls of the system. All else is a bug of ours.
  return 'syscall' in cause && 'code' in cause ? cause.message : inspect(cause)
}

/** The SDK leaves the one on whatever it gives up with, the other where it finds no credentials. */
function isOfSdk(error: unknown): boolean {
  return error instanceof Error && ('$metadata' in error || 'tryNextLink' in error)
}
