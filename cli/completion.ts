import { type Command, exitCodes, UsageError } from './command.ts'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { zshScript } from './completion/zsh.ts'
import { commonOptions, oneOf, parseWithOperands } from './options.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
const shells = Object.keys(scripts) as (keyof typeof scripts)[]

const completionOptions = { help: commonOptions.help }

const usage = `once completion ${shells.join(' | ')}

Prints a script that has a shell complete commands, options and their values. It asks nobody anything, and needs once to be
found as a command: npm link in this folder sees to that.

  -h, --help  print this

  source <(once completion bash)                                # in ~/.bashrc
  source <(once completion zsh)                                 # in ~/.zshrc, after compinit
  once completion fish > ~/.config/fish/completions/once.fish

${exitCodes}
`

/** `once completion`: what shells need to complete `others`, and this command. */
export function completion(others: readonly Command[]): Command {
  const command: Command = {
    name: 'completion',
    summary: 'print what bash, zsh or fish needs to complete once',
    usage,
    options: completionOptions,
    operands: shells,
    async run(args, world) {
      const { positionals } = parseWithOperands(args, completionOptions)
      const [shell, ...more] = positionals
      if (shell === undefined || more.length > 0) {
        throw new UsageError(`got ${positionals.length} operands, allowed: one of ${shells.join(', ')}`)
      }
      world.say(scripts[oneOf(shell, 'SHELL', shells)]([...others, command]).trimEnd())
      return 0
    },
  }
  return command
}
