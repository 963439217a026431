import type { Command, Words } from '../command.ts'
import { type Flag, flagsOf } from './flags.ts'

/** A script for zsh: a completion function on `_arguments`, for `source` or for a file `_once` in `fpath`. */
export function zshScript(commands: readonly Command[]): string {
  return `#compdef once
_once() {
  if ((CURRENT == 2)); then
    local -a commands=(
${commands.map(({ name, summary }) => `      ${quoted(`${name}:${summary}`)}`).join('\n')}
      'help:say what there is'
    )
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  words=("once $command" "\${(@)words[3,-1]}")
  ((CURRENT--))
  case $command in
${commands.map(commandCase).join('\n')}
  help) _arguments ${quoted(`1:command:(${commands.map(({ name }) => name).join(' ')})`)} ;;
  esac
}
(( $+functions[compdef] )) && compdef _once once
`
}

function commandCase(command: Command): string {
  const specs = flagsOf(command).flatMap(specsOf)
  const operands = command.operands === undefined ? [] : [`*:operand:${actionOf(command.operands)}`]
  return `  ${command.name}) _arguments -s ${[...specs, ...operands].map(quoted).join(' ')} ;;`
}

function specsOf({ long, short, value, isOptional }: Flag): readonly string[] {
  const name = long.slice(2)
  if (value === undefined) return [long, ...(short === undefined ? [] : [short])]
  const action = value === 'text' ? ' ' : actionOf(value)
  // Two colons: the value may be left out.
  if (isOptional) return [`*${long}=::${name}:${action}`]
  return [`*${long}=:${name}:${action}`, ...(short === undefined ? [] : [`*${short}:${name}:${action}`])]
}

function actionOf(words: Words): string {
  return words === 'file' ? '_files' : `(${words.map(word => word.replaceAll(':', '\\:')).join(' ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
