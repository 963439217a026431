import type { Command, Words } from '../command.ts'
import { type Flag, flagsOf } from './flags.ts'

/** A script for fish 3 and later: one `complete` for each command and option. */
export function fishScript(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => [
    `complete -c once -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...flagsOf(command).map(flag => `complete -c once -n ${seen(command)} ${optionOf(flag)}`),
    ...operandsOf(command),
    ...behindOf(command),
  ])
  return `complete -c once -f
complete -c once -n __fish_use_subcommand -a help -d 'say what there is'
complete -c once -n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(' ')}'
${lines.join('\n')}
`
}

function optionOf({ long, short, value, isOptional }: Flag): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])]
  if (value === undefined) return names.join(' ')
  // -x: an argument, and no file unless it is said to be one.
  if (value === 'text') return [...names, '-x'].join(' ')
  // Without it, one is offered behind = alone.
  if (isOptional) return [...names, '-f', choices(value)].join(' ')
  return [...names, value === 'file' ? '-r -F' : `-x ${choices(value)}`].join(' ')
}

function operandsOf(command: Command): readonly string[] {
  const { operands } = command
  return operands === undefined ? [] : [`complete -c once -n ${seen(command)} ${choices(operands)}`]
}

/** Where a value may be left out, what stands behind the option is no argument to fish: it is offered all the same. */
function behindOf(command: Command): readonly string[] {
  return flagsOf(command).flatMap(({ long, value, isOptional }) => {
    if (!isOptional || value === undefined || value === 'text') return []
    const isBehind = `__fish_seen_subcommand_from ${command.name}; and contains -- (commandline -opc)[-1] ${long}`
    return [`complete -c once -n ${quoted(isBehind)} ${choices(value)}`]
  })
}

function choices(words: Words): string {
  return words === 'file' ? '-F' : `-a ${quoted(words.join(' '))}`
}

function seen({ name }: Command): string {
  return quoted(`__fish_seen_subcommand_from ${name}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`
}
