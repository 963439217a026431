import type { ParseArgsOptionsConfig } from 'node:util'
import type { ProblemError } from '../../client/client.ts'
import { singleLine } from './text.ts'

/** Why something failed, in the words of whoever knows best: `fetch failed` says nothing, what caused it does. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Each address of a host was tried.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  if (error.cause instanceof Error) return reasonOf(error.cause)
  return error.message === '' ? error.name : error.message
}

/** What an api turned down: its title, and then what is wrong, with fields under the names of the options they came from. */
export function refusalOf(
  { status, title, reason, detail, errors }: ProblemError,
  options: ParseArgsOptionsConfig,
): readonly [title: string, ...rest: readonly string[]] {
  const fields = errors.map(({ field, got, allowed }) => `${nameOf(field, options)}: got ${got}, allowed: ${allowed}`)
  const words = fields.length === 0 ? [detail] : fields
  // What is no problem document is not the api's own: who gave it is easier found by the status.
  const told = reason === 'unknown' ? `${title} (${status})` : title
  return [singleLine(told), ...words.map(singleLine).filter(line => line !== '')]
}

function nameOf(field: string, options: ParseArgsOptionsConfig): string {
  const option = field.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  return Object.hasOwn(options, option) ? `--${option}` : field
}
