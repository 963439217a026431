import { inspect } from 'node:util'
import { NoAnswerError, ProblemError } from '../client/client.ts'
import { CannotAsk, type Command, type ExitCode, exitCodes, UsageError } from './command.ts'
import { commands } from './commands.ts'
import type { World } from './ports.ts'
import { withoutSecrets } from './secrets.ts'

const usage = `once COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

once is npm run once -- in this folder, or once after npm link; once COMMAND --help says more, with examples. Credentials are
found as the AWS CLI finds them; --local asks the emulator and needs none.
${exitCodes}
`

/** Runs one command line. Never rejects: what goes wrong is told in a line without secrets, and by the exit code. */
export async function run(args: readonly string[], everything: World): Promise<ExitCode> {
  const world = { ...everything, note: (line: string) => everything.note(withoutSecrets(line)) }
  const [name, ...rest] = args
  if (name === '--help' || name === 'help') return printed(usage, world)
  const command = commands.find(each => each.name === name)
  if (command === undefined) {
    const got = name === undefined ? 'nothing' : JSON.stringify(name)
    world.note(`got ${got}, allowed: ${commands.map(each => each.name).join(', ')}\n\n${usage}`)
    return 2
  }
  if (rest.includes('--help')) return printed(command.usage, world)
  try {
    return await command.run(rest, world)
  } catch (error) {
    world.meter?.('')
    world.note(describe(error, command))
    return error instanceof ProblemError ? 3 : 2
  }
}

function printed(text: string, { say }: World): ExitCode {
  say(text.trimEnd())
  return 0
}

function describe(error: unknown, { name, options }: Command): string {
  if (error instanceof UsageError) return `${error.message}\nonce ${name} --help says more`
  if (error instanceof CannotAsk) return error.message
  if (error instanceof ProblemError) return refusalOf(error, Object.keys(options))
  if (error instanceof NoAnswerError) return `the api can't be asked: ${error.message}${reasonOf(error.cause)}`
  if (!(error instanceof Error)) return inspect(error)
  // The SDK leaves the one on whatever it gives up with, the other where it finds no credentials.
  if ('$metadata' in error || 'tryNextLink' in error) return `AWS can't be asked: ${error.name}: ${error.message}`
  // So do calls of the system. All else is a bug of ours.
  return 'syscall' in error && 'code' in error ? error.message : inspect(error)
}

/** Title and detail, fields under the names of the options that they came from. */
function refusalOf({ title, detail, errors, requestId }: ProblemError, options: readonly string[]): string {
  const optionOf = (field: string) => field.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  const fields = errors.map(({ field, got, allowed }) => {
    const option = optionOf(field)
    return `${options.includes(option) ? `--${option}` : field}: got ${got}, allowed: ${allowed}`
  })
  const words = fields.length === 0 ? [detail] : fields
  const request = requestId === undefined ? [] : [`request ${requestId}`]
  return [title, ...words, ...request].filter(line => line !== '').join('\n')
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  // `fetch failed` says nothing; what it was is one deeper.
  const { message } = cause.cause instanceof Error ? cause.cause : cause
  return message === '' ? '' : `: ${message}`
}
