import { type Deployment, purgeDelayOf } from '../shared/deployment.ts'
import { assert } from '../shared/errors.ts'
import type { Fields } from '../shared/fields.ts'
import { mediaSeconds } from '../shared/limits.ts'
import type { Link, Media } from '../shared/link.ts'
import type { Network } from '../shared/network.ts'
import type { ObjectKey } from '../shared/object-key.ts'
import { issueLink } from '../shared/schemas/issue-link.ts'
import type { IssueLink } from '../shared/schemas/types.ts'
import { type EpochMs, type EpochSeconds, plusSeconds, secondsOf } from '../shared/time.ts'
import { faultsOf } from './issue-rules.ts'
import { parsers, reader } from './schema-reader.ts'

/** What an issuer asked for, complete and checked; it has no id yet. */
export type IssueRequest = Omit<Link, 'id'>

/**
 * A body of `POST /links` with its text read: right by the schema, and not held against deployment and clock yet. What the
 * issuer left out is not in it.
 */
export type Asked = Readonly<Omit<IssueLink, 'key' | 'expiresAt' | 'notBefore' | 'network' | 'confirm' | 'media'>> & {
  readonly key: ObjectKey
  readonly expiresAt?: EpochSeconds
  readonly notBefore?: EpochSeconds
  readonly network?: Network
  readonly confirm?: true
  readonly media?: true | Media
}

const readBody = reader(issueLink)

/**
 * Reads the body of `POST /links`; every field that is wrong in itself is named. Its fields come in one order, so that equal
 * requests look equal, and `false` where that is the same as nothing is left out.
 */
export function readAsked(body: unknown): Fields<Asked> {
  const read = readBody(body)
  return read.ok ? { ok: true, value: askedIn(read.value) } : read
}

/** Fills in from deployment and clock what the issuer left out; names every field that is wrong by these. */
export function issueRequestOf(asked: Asked, deployment: Deployment, now: EpochMs): Fields<IssueRequest> {
  const request = filledIn(asked, deployment, now)
  const invalid = faultsOf(asked, request, deployment)
  return invalid.length > 0 ? { ok: false, invalid } : { ok: true, value: request }
}

/** The order of these fields is part of what an Idempotency-Key stands for: see `claimFor`. */
function askedIn(body: IssueLink): Asked {
  const { key, expiresIn, expiresAt, notBefore, urlSeconds, bind, network, filename } = body
  const { homeRegion, reference, confirm, receipt, media } = body
  return {
    key: readAs('object-key', key),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(expiresAt !== undefined && { expiresAt: readAs('date-time', expiresAt) }),
    ...(notBefore !== undefined && { notBefore: readAs('date-time', notBefore) }),
    ...(urlSeconds !== undefined && { urlSeconds }),
    ...(bind !== undefined && { bind }),
    ...(network !== undefined && { network: readAs('ipv4-network', network) }),
    ...(filename !== undefined && { filename }),
    ...(homeRegion !== undefined && { homeRegion }),
    ...(reference !== undefined && { reference }),
    ...(confirm === true && { confirm }),
    // Unlike the others' `false`, it is no default where a confirmation is asked for, or KMS signs.
    ...(receipt !== undefined && { receipt }),
    ...(media !== undefined && media !== false && { media }),
  }
}

function readAs<F extends keyof typeof parsers>(format: F, text: string): NonNullable<ReturnType<(typeof parsers)[F]>> {
  const value = parsers[format](text)
  assert(value !== undefined, `the schema lets nothing through that is no ${format}`)
  return value as NonNullable<ReturnType<(typeof parsers)[F]>>
}

function filledIn(asked: Asked, deployment: Deployment, now: EpochMs): IssueRequest {
  const { key, notBefore, network, filename, reference, bind, receipt } = asked
  const issuedAt = secondsOf(now)
  const expiresAt = asked.expiresAt ?? plusSeconds(issuedAt, asked.expiresIn ?? deployment.linkSeconds)
  const media = mediaOf(asked)
  const urlSeconds = asked.urlSeconds ?? (media === undefined ? deployment.urlSeconds : mediaSeconds)
  // Where KMS signs, a page asks or plays, a second try must not cost the viewer the link.
  const keepsReceipt = receipt ?? (asked.confirm === true || media !== undefined || deployment.signer === 'kms')
  return {
    key,
    bind: bind ?? (deployment.bindAddresses ? 'exact' : 'none'),
    issuedAt,
    expiresAt,
    purgeAt: plusSeconds(expiresAt, keepsReceipt ? deployment.receiptSeconds : purgeDelayOf(urlSeconds)),
    homeRegion: asked.homeRegion ?? deployment.homeRegions[0],
    urlSeconds,
    ...(notBefore !== undefined && { notBefore }),
    ...(network !== undefined && { network }),
    ...(filename !== undefined && { filename }),
    ...(reference !== undefined && { reference }),
    ...(asked.confirm === true && { confirm: 'required' as const }),
    ...(media !== undefined && { media }),
    ...(keepsReceipt && { state: 'live' as const }),
  }
}

/** Playlists name the pieces of a film that are beside them: RFC 8216 for HLS, ISO/IEC 23009-1 for DASH. */
const playlist = /\.(m3u8|mpd)$/i

function mediaOf({ media, key }: Pick<Asked, 'media' | 'key'>): Media | undefined {
  if (media === true) return playlist.test(key) ? 'folder' : 'object'
  return media
}
