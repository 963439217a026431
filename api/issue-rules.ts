import type { Deployment } from '../shared/settings/deployment.ts'
import { linkSecondsRange } from '../shared/limits.ts'
import { echo, type InvalidField, type Parsed } from '../shared/fields.ts'
import type { Access } from '../shared/issuers.ts'
import { isAddressBound, isClientBound, type Link, type Media } from '../shared/link.ts'
import { filenameRule, isSafeName, maxResourcePath, nameInKey, resourcePath } from '../shared/object-key.ts'
import { storedReference } from '../shared/stored-reference.ts'
import { type EpochMs, plusSeconds, rfc3339, secondsOf } from '../shared/time.ts'
import { chooseSender } from './access.ts'
import { checkBind, checkLife, defaultBind } from './capability-rules.ts'
import { checkFolder } from './folder-rules.ts'
import type { IssueInput } from './issue-input.ts'
import { checkNotify } from './notify-rules.ts'
import { checkTries, triesFor } from './passphrase.ts'
import { startsWithOneOf } from '../shared/link-scope.ts'

/** A link to issue, checked, and complete but for what depends on its object. It has no id yet. */
export type IssueRequest = Omit<Link, 'id' | 'urlSeconds' | 'purgeAt'>

/**
 * Fills in what the issuer left out, and what the list of issuers says of the caller; or returns every field that breaks a rule on
 * deployment, clock, or two fields. A sender that the caller may not name is said alone.
 */
export function completeIssueRequest(
  input: IssueInput,
  access: Access,
  { deployment, now }: { deployment: Deployment; now: EpochMs },
): Parsed<IssueRequest> {
  const sender = chooseSender(input.sender, access)
  if (!sender.ok) return sender
  const request = { ...withDefaults(input, deployment, now), ...sender.value }
  const invalid = checkIssueRequest(input, request, deployment)
  return invalid.length > 0 ? { ok: false, invalid } : { ok: true, value: ownedBy(access.id, request) }
}

/** Adds the issuer to a request, on whose id the stored reference depends. */
function ownedBy(issuer: string | undefined, request: IssueRequest): IssueRequest {
  if (issuer === undefined) return request
  const { reference } = request
  return { ...request, issuer, ...(reference !== undefined && { reference: storedReference(reference, issuer) }) }
}

function withDefaults(input: IssueInput, deployment: Deployment, now: EpochMs): IssueRequest {
  const { key, versionId, notBefore, network, filename, reference, message, notify } = input
  const issuedAt = secondsOf(now)
  const expiresAt = input.expiresAt ?? plusSeconds(issuedAt, input.expiresIn ?? deployment.linkSeconds)
  const media = mediaOf(input)
  const bind = input.bind ?? defaultBind(media, deployment)
  // A second request of the same viewer must not find the link gone: a page confirms, asks or plays, a broken download goes on,
  // or KMS failed to sign.
  const isRepeated =
    input.confirm === true ||
    input.passphrase !== undefined ||
    media !== undefined ||
    isClientBound(bind) ||
    deployment.signer === 'kms'
  return {
    key,
    bind,
    issuedAt,
    expiresAt,
    homeRegion: input.homeRegion ?? deployment.homeRegions[0],
    ...(versionId !== undefined && { versionId }),
    ...(notBefore !== undefined && { notBefore }),
    ...(network !== undefined && { network }),
    ...(filename !== undefined && { filename }),
    ...(reference !== undefined && { reference }),
    ...(message !== undefined && { message }),
    ...(notify !== undefined && { notify }),
    ...(input.confirm === true && { confirm: 'required' as const }),
    ...(media !== undefined && { media }),
    ...triesFor(input),
    ...((input.receipt ?? isRepeated) && { state: 'live' as const }),
  }
}

/** Playlists refer to the segments of a film next to them: RFC 8216 for HLS, ISO/IEC 23009-1 for DASH. */
const playlist = /\.(m3u8|mpd)$/i

function mediaOf({ media, key }: Pick<IssueInput, 'media' | 'key'>): Media | undefined {
  if (media === true) return playlist.test(key) ? 'folder' : 'object'
  return media
}

/** If KMS signs, signing may fail after the link was used; only with a receipt can its viewer repeat the request. */
const receiptRule = 'true, or left out: with the signer "kms" every link keeps a receipt'

/** Checks what a schema can't: rules on deployment, clock, or two fields. */
function checkIssueRequest(input: IssueInput, request: IssueRequest, deployment: Deployment): readonly InvalidField[] {
  return [
    ...checkContent(request, deployment),
    ...checkTimes(input, request, deployment),
    ...checkLife(input.urlSeconds, request, deployment),
    ...checkHome(request, deployment),
    ...checkNetwork(request, deployment),
    ...checkVersion(input, request),
    ...checkLength(request),
    ...checkName(request),
    ...checkReceipt(request, deployment),
    ...checkBind(request, deployment),
    ...checkFolder(input, request),
    ...checkMessage(request, deployment),
    ...checkNotify(request, deployment),
    ...checkTries(input),
  ]
}

function checkContent({ key }: IssueRequest, { contentPrefixes }: Deployment): InvalidField[] {
  if (contentPrefixes === undefined || startsWithOneOf(key, contentPrefixes)) return []
  const allowed = `a key that starts with ${contentPrefixes.map(echo).join(' or ')}: the distribution serves no others`
  return [{ field: 'key', got: echo(key), allowed }]
}

function checkTimes(
  { expiresIn, expiresAt: end, notBefore }: IssueInput,
  { issuedAt, expiresAt }: IssueRequest,
  { maxLinkSeconds }: Deployment,
): InvalidField[] {
  if (expiresIn !== undefined && end !== undefined) {
    return [{ field: 'expiresAt', got: 'both expiresIn and expiresAt', allowed: 'one of the two' }]
  }
  const latest = plusSeconds(issuedAt, maxLinkSeconds)
  if (expiresAt < plusSeconds(issuedAt, linkSecondsRange.min) || expiresAt > latest) {
    const field = end === undefined ? 'expiresIn' : 'expiresAt'
    const allowed = `${linkSecondsRange.min} to ${maxLinkSeconds} seconds from now, so until ${rfc3339(latest)}`
    return [{ field, got: `${expiresAt - issuedAt} seconds from now`, allowed }]
  }
  if (notBefore === undefined || notBefore < expiresAt) return []
  const allowed = `a time before the link expires at ${rfc3339(expiresAt)}`
  return [{ field: 'notBefore', got: JSON.stringify(rfc3339(notBefore)), allowed }]
}

function checkHome({ homeRegion }: IssueRequest, { homeRegions, leavingRegions, network }: Deployment): InvalidField[] {
  const open = homeRegions.filter(region => !leavingRegions.includes(region))
  if (open.includes(homeRegion)) return []
  const isLeaving = leavingRegions.includes(homeRegion)
  const isElsewhere = network === 'private' ? ': this API is in a private network and reaches no other Region' : ''
  const why = isLeaving ? ': that Region is being removed and gets no new links' : isElsewhere
  return [{ field: 'homeRegion', got: JSON.stringify(homeRegion), allowed: `one of ${open.join(', ')}${why}` }]
}

function checkVersion(
  { allowMissing, media: inputMedia }: IssueInput,
  { versionId, media }: IssueRequest,
): InvalidField[] {
  if (versionId === undefined) return []
  if (allowMissing) return [{ field: 'versionId', got: 'both versionId and allowMissing', allowed: 'one of the two' }]
  if (media !== 'folder') return []
  const allowed = `no versionId with media ${JSON.stringify(inputMedia)}: each file of a folder has versions of its own`
  return [{ field: 'versionId', got: JSON.stringify(versionId), allowed }]
}

/**
 * Checks the path of the object. A signed URL contains it twice and must be short enough for CloudFront: see
 * `maxResourcePath`. A version makes it longer, so check again when it is known.
 */
export function checkLength({ key, filename, versionId }: IssueRequest): InvalidField[] {
  const { length } = resourcePath({ key, filename, versionId })
  if (length <= maxResourcePath) return []
  const allowed = `at most ${maxResourcePath} characters once percent-encoded, together with filename and version`
  return [{ field: 'key', got: `${length} characters once percent-encoded`, allowed }]
}

/** Without a file name, viewers save the object under the last segment of its key, which may have more characters. */
function checkName({ key, filename, media }: IssueRequest): InvalidField[] {
  if (filename !== undefined || media === 'folder' || isSafeName(nameInKey(key))) return []
  const allowed = `a name for the file, since the last segment of key has characters that names may not have: ${filenameRule}`
  return [{ field: 'filename', got: 'nothing', allowed }]
}

function checkReceipt({ state }: IssueRequest, { signer }: Deployment): InvalidField[] {
  if (state === 'live' || signer === 'secret') return []
  return [{ field: 'receipt', got: 'false', allowed: receiptRule }]
}

/** Refuses an IPv6 network if no viewer of it could use the link. */
function checkNetwork({ network, media, bind }: IssueRequest, { ipv6 }: Deployment): InvalidField[] {
  if (network === undefined || !network.includes(':')) return []
  const got = JSON.stringify(network)
  if (!ipv6) return [{ field: 'network', got, allowed: 'an IPv4 network: this deployment has no IPv6' }]
  if (media !== 'folder' || !isAddressBound(bind)) return []
  const allowed = `an IPv4 network, or bind "client": the cookies of a folder can't be bound to an IPv6 address`
  return [{ field: 'network', got, allowed }]
}

/** Refuses a message where the deployment has them off. */
function checkMessage({ message }: Pick<Link, 'message'>, { messages }: Deployment): InvalidField[] {
  if (messages || message === undefined) return []
  return [{ field: 'message', got: echo(message), allowed: 'no message: this deployment has messages off' }]
}
