import type { Command } from '../command.ts'
import { flagsOf } from './flags.ts'

/** A script for bash 3.2 and later, which macOS has. `_once` puts into COMPREPLY what may stand at the cursor. */
export function bashScript(commands: readonly Command[]): string {
  return `_once() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  # bash takes = for a word of its own.
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD-2]}
  if ((COMP_CWORD == 1)); then
    words='${[...commands.map(({ name }) => name), 'help'].join(' ')}'
  else
    case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap(valueCases).join('\n')}
    *)
      case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join('\n')}
      esac
      ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _once once
`
}

function valueCases(command: Command): readonly string[] {
  return flagsOf(command).flatMap(({ long, short, value }) => {
    if (value === undefined) return []
    const pattern = [long, ...(short === undefined ? [] : [short])].map(flag => `'${command.name} ${flag}'`).join(' | ')
    if (value === 'file') return [`    ${pattern}) COMPREPLY=($(compgen -f -- "$current")); return ;;`]
    return [`    ${pattern}) words='${value === 'text' ? '' : value.join(' ')}' ;;`]
  })
}

function commandCase(command: Command): string {
  const { name, operands } = command
  const flags = flagsOf(command).map(({ long }) => long)
  const words = operands === undefined || operands === 'file' ? flags : [...operands, ...flags]
  const file = `[[ $current != -* ]] && { COMPREPLY=($(compgen -f -- "$current")); return; }; `
  return `      ${name}) ${operands === 'file' ? file : ''}words='${words.join(' ')}' ;;`
}
