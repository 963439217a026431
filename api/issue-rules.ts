import { type Deployment, minLinkSeconds, purgeDelayOf } from '../shared/deployment.ts'
import type { Parsed, InvalidField } from '../shared/fields.ts'
import { mediaSeconds } from '../shared/limits.ts'
import type { Link, Media } from '../shared/link.ts'
import { maxResourcePath, parseObjectKey, resourcePath } from '../shared/object-key.ts'
import { type EpochMs, plusSeconds, rfc3339, secondsOf } from '../shared/time.ts'
import type { IssueInput } from './issue-input.ts'

/** What an issuer asked for, complete and checked; it has no id yet. */
export type IssueRequest = Omit<Link, 'id'>

/** Fills in from deployment and clock what the issuer left out; names every field that is wrong by these. */
export function completeIssueRequest(asked: IssueInput, deployment: Deployment, now: EpochMs): Parsed<IssueRequest> {
  const request = filledIn(asked, deployment, now)
  const invalid = checkIssueRequest(asked, request, deployment)
  return invalid.length > 0 ? { ok: false, invalid } : { ok: true, value: request }
}

function filledIn(asked: IssueInput, deployment: Deployment, now: EpochMs): IssueRequest {
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

function mediaOf({ media, key }: Pick<IssueInput, 'media' | 'key'>): Media | undefined {
  if (media === true) return playlist.test(key) ? 'folder' : 'object'
  return media
}

/** Where KMS signs, signing may fail after the link was used; only by a receipt can its viewer ask again. */
const receiptRule = 'true, or left out: with the signer "kms" every link keeps a receipt'

/** What of a request for a link no schema can say: it depends on the deployment, the clock, or two fields at once. */
function checkIssueRequest(asked: IssueInput, request: IssueRequest, deployment: Deployment): readonly InvalidField[] {
  return [
    ...checkTimes(asked, request, deployment),
    ...checkHome(request, deployment),
    ...checkLength(request),
    ...checkReceipt(request, deployment),
    ...checkBind(request, deployment),
    ...checkFolder(asked, request),
  ]
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
  if (expiresAt < plusSeconds(issuedAt, minLinkSeconds) || expiresAt > latest) {
    const field = end === undefined ? 'expiresIn' : 'expiresAt'
    const allowed = `${minLinkSeconds} to ${maxLinkSeconds} seconds from now, so until ${rfc3339(latest)}`
    return [{ field, got: `${expiresAt - issuedAt} seconds from now`, allowed }]
  }
  if (notBefore === undefined || notBefore < expiresAt) return []
  const allowed = `a time before the link expires at ${rfc3339(expiresAt)}`
  return [{ field: 'notBefore', got: JSON.stringify(rfc3339(notBefore)), allowed }]
}

function checkHome({ homeRegion }: IssueRequest, { homeRegions, network }: Deployment): InvalidField[] {
  if (homeRegions.includes(homeRegion)) return []
  const why = network === 'private' ? ': this api is in a private network and reaches no other Region' : ''
  return [{ field: 'homeRegion', got: JSON.stringify(homeRegion), allowed: `one of ${homeRegions.join(', ')}${why}` }]
}

/** A signed URL holds the encoded key twice and must fit into what CloudFront takes: see `maxResourcePath`. */
function checkLength({ key, filename }: IssueRequest): InvalidField[] {
  const { length } = resourcePath(key, filename)
  if (length <= maxResourcePath) return []
  const allowed = `at most ${maxResourcePath} characters once percent-encoded, together with filename`
  return [{ field: 'key', got: `${length} characters once percent-encoded`, allowed }]
}

function checkReceipt({ state }: IssueRequest, { signer }: Deployment): InvalidField[] {
  if (state === 'live' || signer === 'secret') return []
  return [{ field: 'receipt', got: 'false', allowed: receiptRule }]
}

function checkBind({ bind }: IssueRequest, { bindAddresses }: Deployment): InvalidField[] {
  if (bindAddresses || bind === 'none') return []
  const allowed = 'none: here connections may outlive a change of address (HTTP/3), and a bound capability would not'
  return [{ field: 'bind', got: JSON.stringify(bind), allowed }]
}

/**
 * Longest path of a folder, in characters: browsers ignore attributes of cookies that are longer (RFC 6265bis, "The
 * Set-Cookie Header Field"), and a capability for a folder is cookies.
 */
const maxFolderPath = 1024

/** A capability for a folder opens all that is in it: so there must be one, and no name to save it under. */
function checkFolder({ media: asked }: IssueInput, { media, key, filename }: IssueRequest): InvalidField[] {
  if (media !== 'folder') return []
  const got = JSON.stringify(asked)
  const folder = parseObjectKey(key.split('/').slice(0, -1).join('/'))
  if (folder === undefined) {
    return [
      { field: 'media', got, allowed: 'with a key that is in no folder "object", or it would open the whole bucket' },
    ]
  }
  const { length } = `${resourcePath(folder)}/`
  return [
    ...(length <= maxFolderPath
      ? []
      : [
          {
            field: 'key',
            got: `${length} characters of folder once percent-encoded`,
            allowed: `with media ${got} at most ${maxFolderPath}`,
          },
        ]),
    ...(filename === undefined
      ? []
      : [
          {
            field: 'filename',
            got: JSON.stringify(filename),
            allowed: `none with media ${got}: a folder is not saved as a file`,
          },
        ]),
  ]
}
