import type { ParseArgsOptionsConfig } from 'node:util'
import { type FieldError, ProblemError } from '../../client/client.ts'
import { isOfCheck } from '../../client/problem.ts'
import type { Command } from '../command.ts'
import { shortened, singleLine } from './text.ts'

/** Longest line of a refusal, in characters, and most wrong fields in it; an API's have some hundred, and some twenty. */
const maxLineLength = 1000
const maxFields = 50

/** Returns why something failed: the message of the innermost cause, because `fetch failed` alone explains nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // One error for each address of the host.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  if (error.cause instanceof Error) return reasonOf(error.cause)
  return error.message === '' ? error.name : error.message
}

/** What the check of a file found, by its result in `shared/scan.ts`. */
const checks: Readonly<Record<string, string>> = {
  THREATS_FOUND: 'malware was found in the file',
  UNSUPPORTED: 'the file could not be checked: it has a password, is too large, or is an archive with too much in it',
  FAILED: 'the file could not be checked: an error ended the check',
  ACCESS_DENIED: 'the file could not be checked: the check was not allowed to read it',
}

/** Returns what a person should know of a check that allows no link; `allowed` has the key of the object. */
function checkOf(reason: string, { got, allowed }: FieldError): string {
  if (reason === 'object-refused') {
    const what = Object.hasOwn(checks, got) ? checks[got] : 'the file could not be checked'
    return `${what} (${got}, allowed: ${allowed})`
  }
  return `there was no result within half an hour (allowed: ${allowed}); the file remains, and the same command goes on`
}

/** Returns the lines of an API's refusal: its title, then each wrong field under the name of its option, or else the detail. */
export function refusalOf(
  problem: ProblemError,
  options: ParseArgsOptionsConfig,
): readonly [title: string, ...rest: readonly string[]] {
  const { status, title, reason, detail, errors } = problem
  const lineOf = ({ field, got, allowed }: FieldError) =>
    `${nameOf(field, options)}: got ${got}, allowed: ${asTyped(allowed, options)}`
  const fields = errors.slice(0, maxFields).map(each => (isOfCheck(problem) ? checkOf(reason, each) : lineOf(each)))
  const lines = fields.length === 0 ? [asTyped(detail, options)] : fields
  // A response that is not a problem document is not the API's own: its status helps to find who sent it.
  const heading = reason === 'unknown' ? `${title} (${status})` : title
  const shown = (line: string) => singleLine(shortened(line, maxLineLength))
  return [shown(heading), ...lines.map(shown).filter(line => line !== '')]
}

/** Returns what is allowed in words of the command line: `send "allowMissing": true` is `--allow-missing`, and `true` no value. */
function asTyped(allowed: string, options: ParseArgsOptionsConfig): string {
  return allowed
    .replaceAll(/send "(\w+)": true/g, (_, field: string) => `add ${nameOf(field, options)}`)
    .replace(/^true, or /, 'no value, or ')
}

function nameOf(field: string, options: ParseArgsOptionsConfig): string {
  const option = field.replace(/^upload\.(\w+).*/, '$1').replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  return Object.hasOwn(options, option) ? `--${option}` : field
}

/** How to get credentials that AWS accepts. */
const signIn = 'aws sso login, or first aws configure sso; AWS_PROFILE chooses a profile'

/** Errors of the SDK and of AWS's services that mean: there are no credentials, they have ended, or AWS doesn't know them. */
const credentialErrors: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
])

/** Returns what to run if an error, one of the SDK's or the refusal of an API's gateway, is about credentials; otherwise nothing. */
export function adviceOnCredentials(
  error: Error,
  { name, options }: Pick<Command, 'name' | 'options'>,
): readonly string[] {
  // API Gateway, "IAM authentication": it has no name for the error in the body.
  const isOfGateway = error instanceof ProblemError && error.detail.startsWith('The security token included in')
  if (!isOfGateway && !credentialErrors.has(error.name)) return []
  const local = Object.hasOwn(options, 'local') ? [`without an account -> once ${name} --local`] : []
  return [`credentials -> ${signIn}`, ...local]
}
