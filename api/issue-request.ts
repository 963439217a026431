import * as v from 'valibot'
import {
  type Deployment,
  minLinkSeconds,
  purgeDelaySeconds,
  regionField,
  urlSecondsField,
} from '../shared/deployment.ts'
import { type Fields, type InvalidField, parsed, readFields, type Values } from '../shared/fields.ts'
import { type Bind, binds, type Link } from '../shared/link.ts'
import { networkRule, parseNetwork } from '../shared/network.ts'
import {
  filenameRule,
  maxResourcePath,
  objectKeyRule,
  parseFilename,
  parseObjectKey,
  resourcePath,
} from '../shared/object-key.ts'
import type { Region } from '../shared/regions.ts'
import { type EpochMs, type EpochSeconds, plusSeconds, rfc3339, secondsOf } from '../shared/time.ts'

/** What an issuer asked for, complete and checked; it has no id yet. */
export type IssueRequest = Omit<Link, 'id'>

const timeRule = 'a time such as 2026-11-24T15:00:00Z (RFC 3339, UTC, whole seconds)'
const secondsRule = 'a whole number of seconds'
const time = parsed(parseTime, timeRule)
const notYet = v.optional(v.literal(false, 'false (this version does not offer it yet)'))

/** The body of `POST /links` as it is spelled; `readIssueRequest` checks what depends on the deployment and the clock. */
const bodyFields = {
  key: parsed(parseObjectKey, objectKeyRule),
  expiresIn: v.optional(v.pipe(v.number(secondsRule), v.safeInteger(secondsRule))),
  expiresAt: v.optional(time),
  notBefore: v.optional(time),
  urlSeconds: v.optional(urlSecondsField),
  bind: v.optional(v.picklist(binds, 'exact, prefix or none')),
  network: v.optional(parsed(parseNetwork, networkRule)),
  filename: v.optional(parsed(parseFilename, filenameRule)),
  homeRegion: v.optional(regionField),
  reference: v.optional(v.pipe(v.string('text'), v.maxLength(200, 'at most 200 characters'))),
  confirm: notYet,
  receipt: v.optional(v.boolean('true or false')),
  media: notYet,
}

type IssueBody = Values<typeof bodyFields>

/** Where KMS signs, signing may fail after the link was used; only by a receipt can its viewer ask again. */
const receiptRule = 'true, or left out: with the signer "kms" every link keeps a receipt'

/**
 * Reads the body of `POST /links`; every wrong field is named. `asked` is the body alone, its fields in one order, so
 * that equal requests look equal, whatever signs; `request` has what the issuer left out filled in from deployment and
 * clock.
 */
export function readIssueRequest(
  body: unknown,
  deployment: Deployment,
  now: EpochMs,
): Fields<{ readonly asked: IssueBody; readonly request: IssueRequest }> {
  const read = readFields(bodyFields, body)
  if (!read.ok) return read
  const asked = { ...read.value, receipt: read.value.receipt ?? false, bind: read.value.bind ?? 'exact' }
  const keepsReceipt = read.value.receipt ?? deployment.signer === 'kms'
  const bind = read.value.bind ?? (deployment.bindAddresses ? 'exact' : 'none')
  const issuedAt = secondsOf(now)
  const expiresAt = asked.expiresAt ?? plusSeconds(issuedAt, asked.expiresIn ?? deployment.linkSeconds)
  const homeRegion = asked.homeRegion ?? deployment.homeRegions[0]
  const invalid = [
    ...checkTimes(asked, { issuedAt, expiresAt }, deployment),
    ...checkHome(homeRegion, deployment),
    ...checkLength(asked),
    ...checkReceipt(keepsReceipt, deployment),
    ...checkBind(bind, deployment),
  ]
  if (invalid.length > 0) return { ok: false, invalid }
  const { receiptSeconds } = deployment
  const { key, urlSeconds = deployment.urlSeconds, notBefore, network, filename, reference } = asked
  const optional = Object.entries({ notBefore, network, filename, reference }).filter(
    ([, value]) => value !== undefined,
  )
  const times = {
    issuedAt,
    expiresAt,
    purgeAt: plusSeconds(expiresAt, keepsReceipt ? receiptSeconds : purgeDelaySeconds),
  }
  const state = keepsReceipt ? { state: 'live' as const } : {}
  const request = { key, bind, ...times, homeRegion, urlSeconds, ...Object.fromEntries(optional), ...state }
  return { ok: true, value: { asked, request } }
}

function checkTimes(
  { expiresIn, expiresAt: end, notBefore }: IssueBody,
  { issuedAt, expiresAt }: Pick<Link, 'issuedAt' | 'expiresAt'>,
  { maxLinkSeconds }: Deployment,
): InvalidField[] {
  if (expiresIn !== undefined && end !== undefined) {
    return [{ field: 'expiresAt', got: 'both expiresIn and expiresAt', allowed: 'one of the two' }]
  }
  const latest = plusSeconds(issuedAt, maxLinkSeconds)
  if (expiresAt < plusSeconds(issuedAt, minLinkSeconds) || expiresAt > latest) {
    const field = end === undefined ? 'expiresIn' : 'expiresAt'
    const allowed = `${minLinkSeconds} to ${maxLinkSeconds} seconds from now, so until ${rfc3339(latest)}`
    return [{ field, got: `${expiresAt - issuedAt} seconds from now`, allowed }]
  }
  if (notBefore === undefined || notBefore < expiresAt) return []
  const allowed = `a time before the link expires at ${rfc3339(expiresAt)}`
  return [{ field: 'notBefore', got: JSON.stringify(rfc3339(notBefore)), allowed }]
}

function checkHome(homeRegion: Region, { homeRegions, network }: Deployment): InvalidField[] {
  if (homeRegions.includes(homeRegion)) return []
  const why = network === 'private' ? ': this api is in a private network and reaches no other Region' : ''
  return [{ field: 'homeRegion', got: JSON.stringify(homeRegion), allowed: `one of ${homeRegions.join(', ')}${why}` }]
}

/** A signed URL holds the encoded key twice and must fit into what CloudFront takes: see `maxResourcePath`. */
function checkLength({ key, filename }: IssueBody): InvalidField[] {
  const { length } = resourcePath(key, filename)
  if (length <= maxResourcePath) return []
  const allowed = `at most ${maxResourcePath} characters once percent-encoded, together with filename`
  return [{ field: 'key', got: `${length} characters once percent-encoded`, allowed }]
}

function checkReceipt(keepsReceipt: boolean, { signer }: Deployment): InvalidField[] {
  return keepsReceipt || signer === 'secret' ? [] : [{ field: 'receipt', got: 'false', allowed: receiptRule }]
}

function checkBind(bind: Bind, { bindAddresses }: Deployment): InvalidField[] {
  if (bindAddresses || bind === 'none') return []
  const allowed = 'none: here connections may outlive a change of address (HTTP/3), and a bound capability would not'
  return [{ field: 'bind', got: JSON.stringify(bind), allowed }]
}

function parseTime(text: string): EpochSeconds | undefined {
  const seconds = Date.parse(text) / 1000
  // The nonce holds 32 bits of seconds, so until 2106.
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 32) return undefined
  // Date.parse takes many spellings, and 31 February for 3 March; we take one.
  return rfc3339(seconds as EpochSeconds) === text ? (seconds as EpochSeconds) : undefined
}
