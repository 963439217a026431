import * as v from 'valibot'
import {
  describeInvalid,
  echo,
  type InvalidField,
  type Parsed,
  parsedList,
  parsedText,
  parseEach,
  readFields,
  text,
  type Values,
  wholeNumber,
} from '../fields.ts'
import { issuerIdPattern, issuerIdRule } from './issuer-id.ts'
import { callerQuotaRange, linkSecondsRange, maxBatch } from '../limits.ts'
import { keyPrefixRule, parseKeyPrefix } from '../object-key.ts'
import { isReceived } from '../received.ts'
import { parseSender, senderRule } from '../texts/plain-text.ts'

/**
 * What an issuer may do: issue links, read (show and list), revoke and exchange its own; with `upload`, upload files below its prefixes;
 * with `ask`, issue links that take a file; or, with `admin`, read and revoke links of all issuers, and with `exchange` exchange them.
 */
const verbs = ['issue', 'upload', 'ask', 'read', 'revoke', 'exchange', 'admin'] as const

/** One of `verbs`. */
export type Verb = (typeof verbs)[number]

/** What `admin` includes, for links of all issuers. */
export const verbsOfAdmin: readonly Verb[] = ['read', 'revoke']

/** Limits of an issuer, which replace those of the deployment where it has some. */
export interface IssuerLimits {
  /** Longest life of its links, in seconds. @default - that of the deployment, which no issuer exceeds */
  readonly maxLinkSeconds?: number
  /** Life of its links if it names none, in seconds. @default - that of the deployment, or `maxLinkSeconds` if that is less */
  readonly linkSeconds?: number
  /** Most links in one batch. @default 100 */
  readonly maxBatch?: number
  /** Requests a minute of each of its callers. @default - `callerQuota` */
  readonly requestsPerMinute?: number
  /**
   * Whether each of its callers shows, lists, revokes and exchanges only links that it issued itself. Not with `admin`.
   * @default false, the links of all callers of the issuer
   */
  readonly own?: boolean
}

/** What pages say of who sends the files of an issuer. */
export interface IssuerSender {
  /** The sender of its files, as pages show it: 1 to 60 characters. @default - pages name no sender */
  readonly sender?: string
  /** Whether its requests may name another sender. @default false */
  readonly ownSender?: boolean
}

/** One entry of the list of issuers: who it is, and what it may do. */
export type Issuer = Readonly<Omit<Values<typeof fields>, 'prefixes' | 'verbs'>> & {
  readonly prefixes: readonly string[]
  readonly verbs: readonly Verb[]
}

/** What a caller may do: an entry of the list, with the sender of its token, or `everyone`. */
export interface Access extends Omit<Issuer, 'id'>, Partial<Pick<Issuer, 'id'>> {
  /** Whether its token says who the sender is. @default false */
  readonly isSenderFixed?: boolean
}

/** The issuer of a link, as its options read it. */
export type LinkOwner = Pick<Access, 'id' | 'sender' | 'ownSender'>

/** What every caller may do where no issuers are configured: everything, and its links are nobody's. */
export const everyone: Access = { prefixes: [''], verbs, ownSender: true }

/**
 * Returns starts of keys that cover those of issuers with `upload`; without a list, all keys. They are what policies name, what is scanned,
 * and what needs a result of the scan: together short enough for each policy. The API holds each issuer to its own.
 */
export function uploadPrefixes(issuers?: readonly Pick<Issuer, 'verbs' | 'prefixes'>[]): readonly string[] {
  return covering(prefixesWith('upload', issuers), { each: 75, most: 2600 })
}

/** Returns starts of keys that cover those below which links may take files, of issuers with `ask`; as `uploadPrefixes`. */
export function askPrefixes(issuers?: readonly Pick<Issuer, 'verbs' | 'prefixes'>[]): readonly string[] {
  return covering(prefixesWith('ask', issuers), { each: 125, most: 600 })
}

/** Returns the prefixes that no other one covers, each once. */
export function outermost(prefixes: readonly string[]): readonly string[] {
  const once = [...new Set(prefixes)]
  return once.filter(prefix => !once.some(other => other !== prefix && prefix.startsWith(other)))
}

/** A prefix up to the first character that policies may not have (IAM, "Grammar of the IAM JSON policy language"). */
const beforeRefused = /^[\t\n\r\u0020-\u00ff]*/

/**
 * Returns the outermost prefixes. While their statement would be too long, those that begin alike for longest become their common
 * beginning. A policy of a bucket has three statements with all of both kinds, in 20,480 bytes; those of a role have one, in 10,240
 * characters. In it, the text around a prefix has `each` characters at most; where links take files, each is there twice.
 */
function covering(prefixes: readonly string[], { each, most }: { each: number; most: number }): readonly string[] {
  let cover = outermost(prefixes.map(prefix => beforeRefused.exec(prefix)?.[0] ?? ''))
  while (cover.length > 1 && cover.join('').length + each * cover.length > most) {
    const sorted = cover.toSorted((a, b) => (a < b ? -1 : 1))
    const common = sorted.slice(1).map((prefix, index) => commonStart(sorted[index] ?? '', prefix))
    const longest = common.reduce((best, start) => (start.length > best.length ? start : best), '')
    cover = outermost([...sorted, longest])
  }
  return cover
}

function commonStart(one: string, other: string): string {
  let end = 0
  while (end < one.length && one[end] === other[end]) end += 1
  return one.slice(0, end)
}

/**
 * Returns whether keys are of files that come in by the api: below `uploadPrefixes`, or those of links below `askPrefixes`, as policies
 * say it.
 */
export function uploadedWith({
  issuers,
  uploadApi,
}: {
  readonly issuers?: readonly Issuer[] | undefined
  readonly uploadApi?: string | undefined
}): (key: string) => boolean {
  const [uploaded, asked] = [uploadPrefixes(issuers), uploadApi === undefined ? [] : askPrefixes(issuers)]
  const isBelow = (key: string, prefixes: readonly string[]) => prefixes.some(prefix => key.startsWith(prefix))
  return key => isBelow(key, uploaded) || (isReceived(key) && isBelow(key, asked))
}

/** Returns whether a key is in a folder of files that links take: of such a file, or below a folder `received/` where an issuer may ask. */
export function isOfAsked(
  key: string,
  { issuers, uploadApi }: { readonly issuers?: readonly Issuer[] | undefined; readonly uploadApi?: string | undefined },
): boolean {
  const isBelow = (prefix: string) => key.startsWith(prefix) && /(?:^|\/)received\//.test(key.slice(prefix.length))
  return uploadApi !== undefined && (isReceived(key) || prefixesWith('ask', issuers).some(isBelow))
}

function prefixesWith(verb: Verb, issuers: readonly Pick<Issuer, 'verbs' | 'prefixes'>[] = []): readonly string[] {
  const listed = issuers.length === 0 ? [everyone] : issuers
  const prefixes = listed.filter(({ verbs }) => verbs.includes(verb)).flatMap(each => each.prefixes)
  return [...new Set(prefixes)]
}

/** Most prefixes of one entry: each is a clause of a condition, which DynamoDB limits to 4 KB. */
const maxPrefixes = 20

const principalRule =
  'the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/reports, or 12 digits of an account'
const claim = (name: string) => text(/^[^\p{Cc}]{1,256}$/u, `a ${name}: 1 to 256 characters`)

const linkSeconds = wholeNumber(linkSecondsRange.min, linkSecondsRange.max, 'seconds')

/** What each is for say `IssuerLimits`, `IssuerSender` and the construct's `IssuerProps`. */
const fields = {
  id: text(new RegExp(issuerIdPattern), issuerIdRule),
  principal: v.optional(parsedText(text => principalKey(text) && text, principalRule)),
  subject: v.optional(claim('subject')),
  group: v.optional(claim('group')),
  prefixes: v.pipe(
    v.array(parsedText(parseKeyPrefix, keyPrefixRule), `a list of 1 to ${maxPrefixes} prefixes`),
    v.minLength(1, `a list of 1 to ${maxPrefixes} prefixes`),
    v.maxLength(maxPrefixes, `a list of 1 to ${maxPrefixes} prefixes`),
  ),
  verbs: v.pipe(
    v.array(v.picklist(verbs, `one of ${verbs.join(', ')}`), `a list of ${verbs.join(', ')}`),
    v.minLength(1, 'at least one verb'),
    v.check(list => new Set(list).size === list.length, 'each verb once'),
  ),
  maxLinkSeconds: v.optional(linkSeconds),
  linkSeconds: v.optional(linkSeconds),
  maxBatch: v.optional(wholeNumber(1, maxBatch, 'links')),
  requestsPerMinute: v.optional(wholeNumber(1, callerQuotaRange.max, 'requests a minute')),
  own: v.optional(v.boolean('true or false')),
  sender: v.optional(parsedText(parseSender, senderRule)),
  ownSender: v.optional(v.boolean('true or false')),
}

/** An empty list could mean that all may do everything, or that none may do anything. */
export const issuersRule = 'a list of at least one issuer, or no list if every caller may do everything'

/** Parses a list of issuers, or returns every invalid field, as `issuers.0.prefixes.1`. */
export function parseIssuers(input: unknown): Parsed<readonly Issuer[]> {
  if (!Array.isArray(input) || input.length === 0) {
    return { ok: false, invalid: [{ field: 'issuers', got: echo(input), allowed: issuersRule }] }
  }
  return parseEach('issuers', input, parseIssuer)
}

/** Schema of a list of issuers in settings. */
export const issuersField = parsedList(parseIssuers, 'a list of issuers')

/**
 * Parses the list in the environment of a function, as JSON; if the variable is absent or empty, no issuers are configured:
 * undefined. Throws a TypeError that names each invalid field: a function with a wrong list serves no request.
 */
export function issuersIn(json: string | undefined): readonly Issuer[] | undefined {
  if (json === undefined || json === '') return undefined
  const parsed = parseIssuers(JSON.parse(json))
  if (!parsed.ok) throw new TypeError(`issuers: ${parsed.invalid.map(describeInvalid).join('; ')}`)
  return parsed.value
}

function parseIssuer(input: unknown): Parsed<Issuer> {
  const read = readFields(fields, input)
  if (!read.ok) return read
  const invalid = [...checkWho(read.value), ...checkLimits(read.value), ...checkOwn(read.value)]
  return invalid.length > 0 ? { ok: false, invalid } : { ok: true, value: read.value }
}

function checkWho({ principal, subject, group }: Issuer): InvalidField[] {
  const named = Object.entries({ principal, subject, group }).filter(([, value]) => value !== undefined)
  if (named.length === 1) return []
  const got = named.length === 0 ? 'none of them' : named.map(([name]) => name).join(' and ')
  return [{ field: 'principal', got, allowed: 'one of principal, subject and group' }]
}

/** A batch costs a request for each of its links, so more than the requests of a minute would never be accepted. */
function checkLimits({ linkSeconds, maxLinkSeconds, maxBatch: links, requestsPerMinute }: Issuer): InvalidField[] {
  const atMost = (field: string, got: number | undefined, [name, max]: readonly [string, number | undefined]) =>
    got === undefined || max === undefined || got <= max
      ? []
      : [{ field, got: String(got), allowed: `at most ${name}, ${max}` }]
  return [
    ...atMost('linkSeconds', linkSeconds, ['maxLinkSeconds', maxLinkSeconds]),
    ...atMost('maxBatch', links, ['requestsPerMinute', requestsPerMinute]),
  ]
}

function checkOwn({ own, verbs: granted }: Issuer): InvalidField[] {
  if (own !== true || !granted.includes('admin')) return []
  return [{ field: 'own', got: 'true', allowed: 'no own with the verb admin, which sees the links of all' }]
}

const iamArn = /^arn:aws[a-z-]*:iam::(\d{12}):(role|user)\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/

/**
 * Returns the name by which a principal is found: the account, and of a role or user the kind and the name too, but not the
 * path, which the ARN of a session lacks and which names don't depend on. Undefined if `principal` is none.
 */
export function principalKey(principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) return principal
  const [, account, kind, name] = iamArn.exec(principal) ?? []
  return account === undefined ? undefined : `${account} ${kind} ${name}`
}
