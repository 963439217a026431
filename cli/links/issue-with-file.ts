import { lookup } from 'mime-types'
import type { IssuedLink, IssueLink } from '../../client/client.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { Ports } from '../ports/ports.ts'
import { singleLine, progress } from '../terminal/text.ts'
import type { IssueItem } from './issue-items.ts'
import type { LinkApi } from './link-api.ts'

/** An upload that takes longer, in milliseconds, takes of the link's life what is worth another one: the shortest has 10 s. */
const slowMs = 5000

type Upload = NonNullable<IssueItem['file']>

/** Where files go, who is told, and until when. */
export interface Work {
  readonly api: LinkApi
  readonly ports: Ports
  readonly signal: AbortSignal
}

/**
 * A link, and its file behind it. The link comes first, for the api alone can say whether its fields are right, and the file
 * takes the place of another; nobody has the link until both are there. Its life begins when the file is there. Rejects with
 * the error of the api or of the upload; then no link is left.
 */
export async function issueWithFile(
  file: Upload,
  asked: IssueLink & { readonly key: ObjectKey },
  work: Work,
): Promise<IssuedLink> {
  const { api, ports, signal } = work
  const first = await api.client.issue(asked, { signal })
  const began = ports.clock.now()
  let told: IssuedLink | undefined
  try {
    await put(file, asked.key, work)
    const isFresh = asked.expiresAt !== undefined || ports.clock.now() - began < slowMs
    told = isFresh ? first : await api.client.issue(asked, { signal })
    return told
  } finally {
    if (told !== first) await revokeUnused(first, work)
  }
}

/** Nobody knows the link, so one that can't be withdrawn does no harm; it is told so that nobody wonders. */
async function revokeUnused({ id, expiresAt }: IssuedLink, { api, ports }: Work): Promise<void> {
  await api.client.revoke(id).catch(() => {
    ports.info(`${id} is in use by nobody and could not be withdrawn; it ends ${expiresAt}`)
  })
}

async function put(
  { path, bytes }: Upload,
  key: ObjectKey,
  { api, ports: { progress: meter }, signal }: Work,
): Promise<void> {
  const onProgress = (done: number) => meter?.(progress(singleLine(key), done, bytes))
  await api.upload({ file: path, key, type: mediaType(key), onProgress, signal })
  meter?.('')
}

/** Returns the media type of a file by its name, since players go by it; bytes where the name says nothing. */
function mediaType(name: string): string {
  const type = lookup(name) || 'application/octet-stream'
  return type === 'text/plain' ? `${type}; charset=utf-8` : type
}
