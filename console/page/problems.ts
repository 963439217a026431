import { NoResponseError, ProblemError } from '../../client/client.ts'
import { isOfCheck } from '../../client/problem.ts'
import { fullTime, sizeText } from './formats.ts'
import { say, texts } from './language.ts'

// What the page says to people where something does not work: of refusals, never what the API calls a field.

/** Something that the page itself can't do. Its text is in the language of the moment in which it is read. */
export class PageError extends Error {
  readonly text: () => string

  constructor(text: () => string) {
    super('the page can’t do this')
    this.text = text
  }
}

/** What is known of a refusal: a `ProblemError`, or a problem document. */
interface Refused extends Pick<ProblemError, 'status' | 'reason' | 'detail'> {
  readonly errors?: ProblemError['errors']
  readonly requestId?: string | undefined
}

/** Returns the latest end that the API's rule of a link's life has: `… so until 2026-12-08T14:47:17Z`. */
const latestIn = (rule: string) => /until (\S+)$/.exec(rule)?.[1]

/** Returns what people read of a field that the API refuses; undefined if the page has no text for it. */
function textOfField(field: string, rule: string): string | undefined {
  const { fields, problems } = texts()
  // The API names the key of an object that is too large; to people, the file is.
  if (/^at most \d+ bytes/.test(rule) && field === 'key') return textOfField('bytes', rule)
  const text = (rule.startsWith('no ') ? textIn(fields, `no ${field}`) : undefined) ?? textIn(fields, field)
  const latest = latestIn(rule)
  if (text?.includes('{latest}') && latest === undefined) return problems.anotherTime
  const [, min = '', max = ''] = /(\d+) to (\d+)/.exec(rule) ?? []
  const size = sizeText(Number(max || /\d+/.exec(rule)?.[0]))
  return text && say(text, { min, max, size, latest: latest === undefined ? '' : fullTime(latest) })
}

function textIn(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Returns what people read of a refusal, each sentence once. */
export function sentencesOf({ status, reason, detail, errors = [], requestId }: Refused): readonly string[] {
  const { problems, reasons } = texts()
  // The command on this machine says what AWS or its credentials lack.
  if (status === 502 && reason === 'unavailable') return [say(problems.aws, { what: detail })]
  const isOfFields = reason === 'invalid-fields' && errors.length > 0
  const ofReason = textIn(reasons, `${reason} ${errors[0]?.got}`) ?? textIn(reasons, reason)
  const known = isOfFields ? errors.map(each => textOfField(each.field, each.allowed)) : [ofReason]
  const unknown = requestId === undefined ? problems.unknown : say(problems.unknownId, { id: requestId })
  return [...new Set(known.map(text => text ?? unknown))]
}

/** Why an attempt failed, for people. */
export interface Problem {
  readonly lines: readonly string[]
  /** Names of wrong fields. */
  readonly fields: readonly string[]
  /** Latest end of a link, if the time was wrong. RFC 3339. */
  readonly latest?: string | undefined
}

/** Returns what people read of an error. What a browser throws is about the file. */
export function problemOf(error: unknown): Problem {
  const { problems } = texts()
  const about = (line: string): Problem => ({ lines: [line], fields: [] })
  if (error instanceof PageError) return about(error.text())
  if (error instanceof NoResponseError) return about(problems.goesOn)
  if (!(error instanceof ProblemError)) return about(problems.unreadable)
  const { errors } = error
  const latest = errors.map(({ allowed }) => latestIn(allowed)).find(each => each !== undefined)
  // What its check says of a file is no fault of its key, which people seldom type.
  const fields = isOfCheck(error) ? [] : errors.map(({ field }) => field)
  return { lines: sentencesOf(error), fields, latest }
}
