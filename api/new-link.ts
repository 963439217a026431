import type { Deployment } from '../shared/settings/deployment.ts'
import { maxFileBytes, purgeDelayOf } from '../shared/limits.ts'
import { echo, type InvalidField } from '../shared/fields.ts'
import type { Link } from '../shared/link.ts'
import type { IssueRequest } from '../shared/options/option.ts'
import { checkOptions, type IssueInput, storedOptions } from '../shared/options/options.ts'
import { defaultLifeOf } from '../shared/options/url-seconds.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import { isOfAsked, type LinkOwner } from '../shared/callers/issuers.ts'
import { acceptedResults } from '../shared/scan.ts'
import { startsWithOneOf } from './link-scope.ts'
import { maxResourcePath, resourcePath } from '../shared/object-key.ts'
import { refuseKey, refuseSender, refuseVerb } from './access.ts'
import type { ApiContext, FoundObject, NotClean, Objects } from './ports.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** A request that is complete, or the reason why there is no link for it. */
type CompleteRequest = { readonly kind: 'request'; readonly request: IssueRequest } | ApiRefusal

/**
 * Fills in what the request leaves out, and what the list of issuers says of the owner of its link. Refuses a key for which the caller may
 * not issue links, another sender than that of its token, and every field that breaks a rule on deployment, owner, clock, or two fields.
 */
export function completeRequest(
  input: IssueInput,
  owner: LinkOwner,
  { access, deployment, ports: { clock } }: ApiContext,
): CompleteRequest {
  const { key } = input
  const verb = refuseVerb(input.upload ? 'ask' : 'issue', access)
  const upload = input.deleteFile ? refuseVerb('upload', access) : undefined
  const asked = !input.upload && isOfAsked(key, deployment) ? refuseVerb('ask', access) : undefined
  const refusal = verb ?? refuseKey(key, access) ?? asked ?? refuseSender(input.sender, access) ?? upload
  if (refusal !== undefined) return refusal
  const issuedAt = secondsOf(clock.now())
  const context = { deployment, owner, issuedAt }
  const issuer = owner.id === undefined ? {} : { issuer: owner.id }
  const request = { key, issuedAt, ...storedOptions(input, context), ...issuer }
  const invalid = [
    ...checkContent(request, deployment),
    ...checkLength(request),
    ...checkOptions(input, request, context),
  ]
  return invalid.length > 0 ? refuse('invalid-fields', { errors: invalid }) : { kind: 'request', request }
}

/** Returns what is wrong with a key that the distribution doesn't serve. */
export function checkContent(
  { key }: Pick<IssueRequest, 'key'>,
  { contentPrefixes }: Pick<Deployment, 'contentPrefixes'>,
): InvalidField[] {
  if (contentPrefixes === undefined || startsWithOneOf(key, contentPrefixes)) return []
  const allowed = `a key that starts with ${contentPrefixes.map(echo).join(' or ')}: the distribution serves no others`
  return [{ field: 'key', got: echo(key), allowed }]
}

/**
 * Checks the path of the object. A signed URL contains it twice and must be short enough for CloudFront: see
 * `maxResourcePath`. A version makes it longer, so check again when it is known.
 */
export function checkLength({ key, filename, versionId }: Parameters<typeof resourcePath>[0]): InvalidField[] {
  const { length } = resourcePath({ key, filename, versionId })
  if (length <= maxResourcePath) return []
  const allowed = `at most ${maxResourcePath} characters once percent-encoded, together with filename and version`
  return [{ field: 'key', got: `${length} characters once percent-encoded`, allowed }]
}

/** A link that lacks only its id. */
export type NewLink = Omit<Link, 'id'>

/** A link with what S3 says of its object, or the reason why there is no link for it. */
export type WithObject = { readonly kind: 'link'; readonly link: NewLink } | ApiRefusal

/**
 * Looks at the object of a request and adds its version, size, ETag and media type, and what follows from them: how long the capability
 * lives. Without a port to look, and for a file that is to be received, the link has only the version that the issuer named. Rejects if S3
 * does not respond.
 */
export async function withObject(
  request: IssueRequest,
  input: Pick<IssueInput, 'allowMissing' | 'urlSeconds'>,
  { ports: { objects }, deployment }: Pick<ApiContext, 'ports' | 'deployment'>,
): Promise<WithObject> {
  const found = request.maxBytes === undefined ? await objects?.look(request) : undefined
  if (found === undefined) return completed(request, input, deployment)
  if (typeof found === 'object' && 'kind' in found) return refuseNotClean(found, deployment)
  // A bucket without versions may ignore the id.
  const isOther = request.versionId !== undefined && found !== 'missing' && found.versionId !== request.versionId
  if (found === 'missing' || isOther) {
    if (input.allowMissing) return completed(request, input, deployment)
    return refuse('object-missing', { errors: [missing(request)] })
  }
  const { versionId, uploader, received, ...facts } = found
  // Each file in a folder has versions of its own.
  const pinned = request.media !== 'folder' && versionId !== undefined
  const named = received && { filename: received.filename }
  const complete = { ...named, ...request, ...facts, ...(pinned && { versionId }) }
  const invalid = [...checkSize(complete), ...checkLength(complete), ...checkDeletion(complete, uploader)]
  return invalid.length > 0 ? refuse('invalid-fields', { errors: invalid }) : completed(complete, input, deployment)
}

/** Seconds after which a client asks again for the result of a scan: small files have one within some. */
const scanRetrySeconds = 5

function refuseNotClean({ kind, key, result }: NotClean, deployment: Deployment): ApiRefusal {
  const object = JSON.stringify(key)
  if (kind === 'too-many') {
    const allowed = `a folder of at most 1000 objects, all of which are scanned: ${object}`
    return refuse('invalid-fields', { errors: [{ field: 'key', got: 'more than 1000 objects', allowed }] })
  }
  const allowed = `${acceptedResults(deployment).join(', ')} of ${object}`
  if (result !== undefined) return refuse('object-refused', { errors: [{ field: 'key', got: result, allowed }] })
  const errors = [{ field: 'key', got: 'no result of its scan yet', allowed }]
  return refuse('object-unchecked', { errors, retryAfterSeconds: scanRetrySeconds })
}

/** Checks that CloudFront delivers an object of this size. */
function checkSize({ size = 0 }: Pick<FoundObject, 'size'>): InvalidField[] {
  if (size <= maxFileBytes) return []
  const allowed = `at most ${maxFileBytes} bytes: CloudFront delivers no larger file`
  return [{ field: 'key', got: `an object of ${size} bytes`, allowed }]
}

/** Checks that the file may go with its link: it is one version and, if its caller has links of its own only, a file that it uploaded. */
function checkDeletion(
  { deleteFile, versionId, caller }: IssueRequest,
  uploader: FoundObject['uploader'],
): InvalidField[] {
  if (deleteFile === undefined) return []
  const refused = (got: string, allowed: string) => [{ field: 'deleteFile', got, allowed }]
  if (versionId === undefined) return refused('an object without versions', 'a version of the object')
  if (caller === undefined || caller === uploader) return []
  return refused('a file that this caller did not upload', 'a file that it uploaded, since the keys were last rotated')
}

function completed(request: IssueRequest, input: Pick<IssueInput, 'urlSeconds'>, deployment: Deployment): WithObject {
  const urlSeconds = input.urlSeconds ?? defaultLifeOf(request, deployment)
  const keptSeconds = request.state === 'live' ? deployment.receiptSeconds : purgeDelayOf(urlSeconds)
  return { kind: 'link', link: { ...request, urlSeconds, purgeAt: plusSeconds(request.expiresAt, keptSeconds) } }
}

/**
 * Looks at each object once for all links of one request, which so get the same version. If a look fails, it fails for all
 * links that wait for it, and the next one looks again.
 */
export function sharedLooks({ look }: Objects): Objects {
  const looks = new Map<string, ReturnType<Objects['look']>>()
  return {
    look(object) {
      const name = `${object.versionId ?? ''} ${object.media ?? ''} ${object.key}` // only a key may have a space
      const known = looks.get(name)
      if (known !== undefined) return known
      const found = look(object)
      looks.set(name, found)
      found.catch(() => looks.delete(name))
      return found
    },
  }
}

/** Names the whole key, however long: the issuer must see what does not exist. */
function missing({ key, versionId }: IssueRequest): InvalidField {
  const object = JSON.stringify(key)
  if (versionId !== undefined) {
    return { field: 'versionId', got: JSON.stringify(versionId), allowed: `a version that the bucket has of ${object}` }
  }
  const allowed = 'the key of an object: upload it first, or send "allowMissing": true if it is still being made'
  return { field: 'key', got: object, allowed }
}
