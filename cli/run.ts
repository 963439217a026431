import { inspect } from 'node:util'
import { type Command, type ExitCode, UsageError } from './command.ts'
import { doctor } from './doctor.ts'
import type { World } from './ports.ts'
import { teardown } from './teardown.ts'

/** Every command, in the order in which help lists them. */
const commands: readonly Command[] = [doctor, teardown]

const usage = `once COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

once is npm run once -- in this folder; once COMMAND --help says more. Credentials are found as the AWS CLI finds them.
Exit code 0: fine; 1: problems were found; 2: the command line is wrong, or AWS can't be asked.
`

/** Runs one command line. Never rejects: what goes wrong is told in a line, and by the exit code 2. */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
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
    world.note(describe(error, command))
    return 2
  }
}

function printed(text: string, { say }: World): ExitCode {
  say(text.trimEnd())
  return 0
}

function describe(error: unknown, { name }: Command): string {
  if (error instanceof UsageError) return `${error.message}\nonce ${name} --help says more`
  // The SDK leaves the one on whatever it gives up with, the other where it finds no credentials. All else is a bug of ours.
  if (error instanceof Error && ('$metadata' in error || 'tryNextLink' in error))
    return `AWS can't be asked: ${error.name}: ${error.message}`
  return inspect(error)
}
