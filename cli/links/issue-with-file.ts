import { lookup } from 'mime-types'
import type { IssuedLink, IssueLink } from '../../client/client.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { Ports } from '../ports/ports.ts'
import { progress as progressLine, singleLine } from '../terminal/text.ts'
import type { IssueItem } from './issue-items.ts'
import type { LinkApi } from './link-api.ts'

/** After a longer upload, in milliseconds, the link is issued again with its full life: the shortest life is 10 s. */
const slowMs = 5000

type FileToUpload = NonNullable<IssueItem['file']>

/** What all items of one command share. */
export interface IssueContext {
  readonly api: LinkApi
  readonly ports: Ports
  /** Cancels the request or upload in progress. */
  readonly signal: AbortSignal
}

/**
 * Issues a link, uploads its file and returns the link. The link comes first, because only the API can check its fields, and
 * the upload may replace another object. Its life begins when the upload ends. Rejects with the error of the API or the
 * upload; then no link is left.
 */
export async function issueWithFile(
  file: FileToUpload,
  input: IssueLink & { readonly key: ObjectKey },
  context: IssueContext,
): Promise<IssuedLink> {
  const { api, ports, signal } = context
  const first = await api.client.issue(input, { signal })
  const startedAt = ports.clock.now()
  let link: IssuedLink | undefined
  try {
    await upload(file, input.key, context)
    const isFresh = input.expiresAt !== undefined || ports.clock.now() - startedAt < slowMs
    link = isFresh ? first : await api.client.issue(input, { signal })
    return link
  } finally {
    if (link !== first) await revokeUnused(first, context)
  }
}

/** If the link can't be revoked, only reports it: the link was never printed, so it does no harm. */
async function revokeUnused({ id, expiresAt }: IssuedLink, { api, ports }: IssueContext): Promise<void> {
  await api.client.revoke(id).catch(() => {
    ports.info(`link ${id} could not be revoked; it was never printed, and expires ${expiresAt}`)
  })
}

async function upload(
  { path, bytes }: FileToUpload,
  key: ObjectKey,
  { api, ports: { progress }, signal }: IssueContext,
): Promise<void> {
  const onProgress = (done: number) => progress?.(progressLine(singleLine(key), done, bytes))
  await api.upload({ file: path, key, type: mediaType(key), onProgress, signal })
  progress?.('')
}

/** Returns the media type for a file name, because players depend on it; that of plain bytes if the name has none. */
function mediaType(name: string): string {
  const type = lookup(name) || 'application/octet-stream'
  return type === 'text/plain' ? `${type}; charset=utf-8` : type
}
