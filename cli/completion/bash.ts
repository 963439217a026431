import type { Command } from '../command.ts'
import { type Flag, flagsOf } from './flags.ts'

/** A script for bash 3.2 and later, which macOS has. `_once` puts into COMPREPLY what may stand at the cursor. */
export function bashScript(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `_once() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= files=
  COMPREPLY=()
  # bash takes = for a word of its own.
  [[ $current == = ]] && current= previous=$previous=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD-2]}=
  if ((COMP_CWORD == 1)); then
    words='${names} help'
  else
    case "\${COMP_WORDS[1]} \${previous%=}" in
    'help help') words='${names}' ;;
${commands.flatMap(valueCases).join('\n')}
    *)
      case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join('\n')}
      esac
      ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ -n $files && $current != -* ]] && _once_files "$current"
}
# Names may hold spaces, and are then typed with a backslash or a quote.
_once_files() {
  local name typed=\${1#[\\"\\']}
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "\${typed//\\\\/}")
  if type compopt >/dev/null 2>&1; then
    compopt -o filenames 2>/dev/null
  else
    for name in "\${!COMPREPLY[@]}"; do COMPREPLY[name]=$(printf %q "\${COMPREPLY[name]}"); done
  fi
}
complete -F _once once
`
}

function valueCases(command: Command): readonly string[] {
  return flagsOf(command).flatMap(({ long, short, value, isOptional }) => {
    if (value === undefined) return []
    const pattern = [long, ...(short === undefined ? [] : [short])].map(flag => `'${command.name} ${flag}'`).join(' | ')
    return [`    ${pattern}) ${offer(value, isOptional ? command : undefined)} ;;`]
  })
}

/** What may follow an option, and where its value may be left out, what may stand there then. */
function offer(value: NonNullable<Flag['value']>, otherwise: Command | undefined): string {
  if (value === 'file') return 'files=1'
  const words = value === 'text' ? [] : value
  const own = `words='${words.join(' ')}'`
  return otherwise === undefined ? own : `${assignments(otherwise, words)}; [[ $previous == *= ]] && files= ${own}`
}

function commandCase(command: Command): string {
  return `      ${command.name}) ${assignments(command, [])} ;;`
}

function assignments(command: Command, first: readonly string[]): string {
  const { operands } = command
  const flags = flagsOf(command).map(({ long }) => long)
  const words = [...first, ...(operands === undefined || operands === 'file' ? [] : operands), ...flags]
  return `${operands === 'file' ? 'files=1; ' : ''}words='${words.join(' ')}'`
}
