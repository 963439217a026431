import { type FieldError, ProblemError, type Told } from './problem-error.ts'

/** What an answer is turned down with, and by whom it was asked for. */
export interface Turned {
  readonly attempts: number
  /** What no error may repeat. */
  readonly secret?: string | undefined
}

/** What an answer from 400 on says: of a problem document what is as it should be, of others' next to nothing. */
export function problemIn({ status, headers }: Response, text: string, { attempts, secret }: Turned): ProblemError {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true
  const safe = secret === undefined || secret === '' ? text : text.replaceAll(secret, '…')
  const told = isProblem ? documentOf(safe) : gatewayWords(safe)
  return new ProblemError({ ...told, status, retryAfterSeconds: retryAfter(headers), attempts })
}

function documentOf(text: string): Partial<Told> {
  const members = parseJsonObject(text)
  const names = ['title', 'detail', 'reason', 'requestId'] as const
  const texts = names.filter(name => typeof members[name] === 'string').map(name => [name, members[name]])
  const { errors } = members
  return {
    ...(Object.fromEntries(texts) as Partial<Told>),
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  }
}

function isFieldError(value: unknown): value is FieldError {
  if (typeof value !== 'object' || value === null) return false
  const { field, got, allowed } = value as Readonly<Record<string, unknown>>
  return [field, got, allowed].every(each => typeof each === 'string')
}

/** Returns the members of a JSON object; none for text that is not one. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** What API Gateway itself turns down has one line: `{"message": "…"}`, or `Message`. Of others' answers nothing is told. */
function gatewayWords(text: string): Partial<Told> {
  const [, detail] = /^\{"[Mm]essage":\s*"([^"\\]{1,500})/.exec(text) ?? []
  return detail === undefined ? {} : { detail }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
