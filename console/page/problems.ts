import { NoResponseError, ProblemError } from '../../client/client.ts'
import { maxText } from '../../shared/texts/plain-text.ts'
import { formatSize, siSizes } from '../../edge/pages/file.ts'
import { fullTime } from './words.ts'

// What the page says to people where something does not work: of refusals, never what the API calls a field.

/** What is known of a refusal: a `ProblemError`, or a problem document. */
interface Refused extends Pick<ProblemError, 'status' | 'reason' | 'detail'> {
  readonly errors?: ProblemError['errors']
  readonly requestId?: string | undefined
}

/** Sentences of the page itself. */
export const said = {
  noFile: 'Choose a file, or drop one.',
  unreadable: 'The file can’t be read, or has changed meanwhile. Choose it again.',
  cancelled: 'Cancelled.',
  noResponse: 'No response. Is the network there?',
  goesOn: 'No response: is the network there? “Create” goes on where it broke.',
  manyNames: (count: number, max: number) => `A list has up to ${max} names. This one has ${count}.`,
  manyFiles: 'These are too many files for one zip. Choose fewer.',
  inZip: (name: string) =>
    `“${name}” can’t be in a zip: another file has that name on some computers, or no file has it on Windows. Give it another name.`,
  noLink: (recipient: string, why: string) => `No link for ${recipient}: ${why}`,
  unknown: (id: string | undefined) =>
    id === undefined
      ? 'That did not work. Try it again later.'
      : `That did not work. Say this number to those who run this page: ${id}`,
}

/** Sentences by name; some have a figure of the API's rule. */
type Texts = Readonly<Record<string, string | ((rule: string) => string)>>

const notThere = 'This file is not there any more. “Create” sends one that you chose again.'

/** What the API refuses, by its reason. */
const byReason: Texts = {
  'token-required':
    'Open this page by the link or the file that its program printed. Both work until that program ends.',
  'token-expired': 'Your login has ended. Log in again.',
  'not-an-issuer': 'You may not send files here. Ask those who run this page.',
  'verb-not-allowed': 'You may not do this. Ask those who run this page.',
  'too-many-requests': 'That was too much at once. Wait a minute, and try again.',
  'key-not-allowed': 'You may not send files of this key.',
  'idempotency-key-in-use': 'This is under way already. Wait a moment, and try again.',
  'object-missing': notThere,
  'upload-limit': 'You can’t send more just now. Wait until other files have arrived, or until tomorrow.',
  'no-such-upload': 'The file did not arrive in a day. “Create” sends it again.',
  'upload-incomplete': 'Something of the file has not arrived. “Create” sends it.',
  'object-exists': 'A file has this key. Tick “Replace a file of this key”, or choose another key.',
  'no-such-link': 'Nothing is kept of this link: it was opened, or ended long ago.',
  'link-revoked': 'This link was revoked or replaced already.',
  'capability-alive': 'This link was opened, and its download may go on. Wait until that has ended.',
  unavailable: 'That did not work just now. Wait a moment, and try again.',
}

/** What is wrong with a field, by its name in the API. */
const byField: Texts = {
  reference: `A name has up to ${maxText.reference} characters, and none that can’t be seen.`,
  message: rule =>
    rule.startsWith('no ')
      ? 'Links have no message here. Leave it empty.'
      : `A message has up to ${maxText.message} characters, and none that can’t be seen.`,
  sender: rule =>
    rule.startsWith('no ')
      ? 'You can’t choose whom a link is from. Leave it empty.'
      : `Whom a link is from has up to ${maxText.sender} characters, and none that can’t be seen.`,
  filename: rule =>
    rule.startsWith('no ')
      ? 'A folder is not saved under a name. Leave the file name empty.'
      : 'A file name has up to 255 characters, no / or \\, and none that can’t be seen. Choose another.',
  bytes: rule => `This file is too large: ${sizeIn(rule)} is the most here.`,
  key: 'A link can’t lead to this key. Choose another.',
  passphrase: 'A passphrase has 6 to 128 characters.',
  maxTries: 'Only a passphrase has tries. Choose one, or leave the tries empty.',
  expiresIn: untilText,
  expiresAt: untilText,
  notBefore: 'A link has to work before it ends. Choose an earlier time.',
  network: 'A network is written like 203.0.113.0/24.',
  uses: 'A folder is for one person only. Leave the uses empty.',
  receipt: 'This link needs its receipt. Keep it.',
  media: 'A folder for a player needs a file that is in a folder.',
  bind: 'A link can’t be bound so here. Choose something else.',
  urlSeconds: rule => `The seconds of the download are ${/\d+ to \d+/.exec(rule)?.[0] ?? 'too many'}.`,
  homeRegion: 'This home Region gets no links. Choose another.',
  notify: 'No such endpoint is there to notify. Leave it empty, or ask those who run this page.',
  versionId: notThere,
}

/** Returns the latest end that the API's rule of a link's life has: `… so until 2026-12-08T14:47:17Z`. */
const latestIn = (rule: string) => /until (\S+)$/.exec(rule)?.[1]

function untilText(rule: string): string {
  const latest = latestIn(rule)
  return latest === undefined ? 'Choose another time.' : `Choose a time until ${fullTime(latest)}.`
}

const sizeIn = (rule: string) => formatSize(Number(/\d+/.exec(rule)?.[0]), siSizes)

function textOf(texts: Texts, name: string, rule = ''): string | undefined {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined
  return typeof text === 'function' ? text(rule) : text
}

/** Returns what people read of a refusal, each sentence once. */
export function sentencesOf({ status, reason, detail, errors = [], requestId }: Refused): readonly string[] {
  // The command on this machine says what AWS or its credentials lack.
  if (status === 502 && reason === 'unavailable') return [detail]
  const isOfFields = reason === 'invalid-fields' && errors.length > 0
  const known = isOfFields ? errors.map(each => textOf(byField, each.field, each.allowed)) : [textOf(byReason, reason)]
  return [...new Set(known.map(text => text ?? said.unknown(requestId)))]
}

/** Why an attempt failed, for people. */
export interface Problem {
  readonly lines: readonly string[]
  /** Names of wrong fields. */
  readonly fields: readonly string[]
  /** Latest end of a link, if the time was wrong. RFC 3339. */
  readonly latest?: string | undefined
}

/** Returns what people read of an error, whose own text is for them if no one else made it. */
export function problemOf(error: unknown): Problem {
  const about = (line: string): Problem => ({ lines: [line], fields: [] })
  if (error instanceof NoResponseError) return about(said.goesOn)
  if (!(error instanceof ProblemError)) {
    const isOurs = error instanceof Error && !(error instanceof TypeError || error instanceof DOMException)
    return about(isOurs ? error.message : said.unreadable)
  }
  const { errors } = error
  const latest = errors.map(({ allowed }) => latestIn(allowed)).find(each => each !== undefined)
  return { lines: sentencesOf(error), fields: errors.map(({ field }) => field), latest }
}
