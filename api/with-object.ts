import type { Deployment } from '../shared/settings/deployment.ts'
import { purgeDelayOf } from '../shared/limits.ts'
import type { InvalidField } from '../shared/fields.ts'
import type { Link } from '../shared/link.ts'
import type { IssueRequest } from '../shared/options/option.ts'
import type { IssueInput } from '../shared/options/options.ts'
import { defaultLifeOf } from '../shared/options/url-seconds.ts'
import { plusSeconds } from '../shared/time.ts'
import { checkLength } from './issue-rules.ts'
import type { ApiContext, Objects } from './ports.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** A link that lacks only its id. */
export type NewLink = Omit<Link, 'id'>

/** A link with what S3 says of its object, or the reason why there is no link for it. */
export type WithObject = { readonly kind: 'link'; readonly link: NewLink } | ApiRefusal

/**
 * Looks at the object of a request and adds its version, size, ETag and media type, and what follows from them: how long the
 * capability lives. Without a port to look, the link has only the version that the issuer named. Rejects if S3 does not
 * respond.
 */
export async function withObject(
  request: IssueRequest,
  input: Pick<IssueInput, 'allowMissing' | 'urlSeconds'>,
  { ports: { objects }, deployment }: Pick<ApiContext, 'ports' | 'deployment'>,
): Promise<WithObject> {
  const found = await objects?.look(request)
  if (found === undefined) return completed(request, input, deployment)
  // A bucket without versions may ignore the id.
  const isOther = request.versionId !== undefined && found !== 'missing' && found.versionId !== request.versionId
  if (found === 'missing' || isOther) {
    if (input.allowMissing) return completed(request, input, deployment)
    return refuse('object-missing', { errors: [missing(request)] })
  }
  const { versionId, ...facts } = found
  // Each file in a folder has versions of its own.
  const pinned = request.media !== 'folder' && versionId !== undefined
  const complete = { ...request, ...facts, ...(pinned && { versionId }) }
  const invalid = checkLength(complete)
  return invalid.length > 0 ? refuse('invalid-fields', { errors: invalid }) : completed(complete, input, deployment)
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
      const name = `${object.versionId ?? ''} ${object.key}` // no version has a space
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
