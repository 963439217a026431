import { inspect } from 'node:util'
import { NoResponseError, ProblemError } from '../client/client.ts'
import { type Command, type ExitCode, exitCodes, UnreachableError, UsageError } from './command.ts'
import { unknownText } from './options.ts'
import type { CliPorts } from './ports/ports.ts'
import { adviceOnCredentials, reasonOf, refusalOf } from './terminal/errors.ts'
import { escapeControls, redact, singleLine } from './terminal/text.ts'

/** A program: what its command line is made of. */
export interface Program<P extends CliPorts> {
  /** In the order in which help lists them. */
  readonly commands: readonly Command<P>[]
  /** What help says below them. */
  readonly usage: string
  readonly version: string
  /** Commands that another program has, and where it is. @default none */
  readonly elsewhere?: { readonly names: readonly string[]; readonly where: string }
}

/** Runs one command line and returns its exit code. Never rejects: prints errors, without secrets, to standard error. */
export async function runProgram<P extends CliPorts>(
  program: Program<P>,
  args: readonly string[],
  rawPorts: P,
): Promise<ExitCode> {
  const ports = safe(rawPorts)
  // npm removes one --; another may remain.
  const [name, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (name === '--help' || name === '-h') return printed(usageOf(program), ports)
  if (name === '--version' || name === '-v') return printed(`once ${program.version}`, ports)
  if (name === 'help') return help(rest, program, ports)
  const command = program.commands.find(each => each.name === name)
  if (command === undefined) return unknown(name, program, ports)
  if (asksForHelp(rest)) return printed(command.usage, ports)
  try {
    return await command.run(rest, ports)
  } catch (error) {
    ports.progress?.('')
    ports.info(describe(error, command))
    return error instanceof ProblemError ? 3 : 2
  }
}

function usageOf<P extends CliPorts>({ commands, usage }: Program<P>): string {
  return `once COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

${usage}
once help COMMAND, once COMMAND --help and -h print its options and examples; once --version the version. Arguments after -- are
not options. Credentials are found as the AWS CLI finds them, unless the variable ONCE_TOKEN has the token of a login, which calls the
API of --api; --local uses the emulator and needs none.
${exitCodes}
`
}

/** Escapes what a terminal would interpret, and removes secrets from standard error, which often goes into logs. */
function safe<P extends CliPorts>(ports: P): P {
  const { progress } = ports
  return {
    ...ports,
    print: line => ports.print(escapeControls(line)),
    info: line => ports.info(escapeControls(redact(line))),
    progress: progress && (line => progress(escapeControls(line))),
  }
}

function help<P extends CliPorts>([name, ...more]: readonly string[], program: Program<P>, ports: P): ExitCode {
  const command = program.commands.find(each => each.name === name)
  if (name === undefined || name === '--help' || name === '-h') return printed(usageOf(program), ports)
  if (command === undefined || more.length > 0) return unknown(more[0] ?? name, program, ports)
  return printed(command.usage, ports)
}

function unknown<P extends CliPorts>(name: string | undefined, program: Program<P>, { info }: P): ExitCode {
  const { commands, elsewhere } = program
  const names = commands.map(each => each.name)
  if (name === undefined) info(usageOf(program).trimEnd())
  else if (elsewhere?.names.includes(name) === true) info(`${JSON.stringify(name)}: ${elsewhere.where}`)
  else info(`${JSON.stringify(name)}: ${unknownText(name, names)}\nallowed: ${names.join(', ')}\nFor help: once --help`)
  return 2
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some(arg => arg === '--help' || arg === '-h')
}

function printed(text: string, { print }: CliPorts): ExitCode {
  print(text.trimEnd())
  return 0
}

function describe(error: unknown, command: Pick<Command, 'name' | 'options'>): string {
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
