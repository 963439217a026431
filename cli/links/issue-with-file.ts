import { lookup } from 'mime-types'
import { basename } from 'node:path'
import { checkFields } from '../../client/check-fields.ts'
import { type IssuedLink, type NewLink, ProblemError } from '../../client/client.ts'
import type { ObjectKey, VersionId } from '../../shared/object-key.ts'
import { UnreachableError } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { createMeter } from '../terminal/meter.ts'
import { shellWord, singleLine } from '../terminal/text.ts'
import type { FileToUpload } from './issue-items.ts'
import type { LinkApi } from './link-api.ts'

/** What all items of one command share. */
export interface IssueContext {
  readonly api: LinkApi
  readonly ports: Ports
  /** Whether an upload may replace an object with the chosen key. */
  readonly replace: boolean
  /** Cancels the request or upload in progress. */
  readonly signal: AbortSignal
}

/** A link to issue. */
type Input = NewLink & { readonly key: ObjectKey }

/**
 * Uploads a file and issues a link for the version that the upload returned, so that the link delivers these bytes, whatever
 * is uploaded under its key later. Before the upload, checks the other fields. Rejects with the error of the API or the upload;
 * if the file was uploaded, reports what remains of it.
 */
export async function issueWithFile(file: FileToUpload, input: Input, context: IssueContext): Promise<IssuedLink> {
  const { api, ports, signal } = context
  await checkFields(api.client, input, { signal })
  for (const each of file.beside ?? []) await upload(each.file, each.key, context)
  const versionId = await upload(file, input.key, context)
  try {
    return await issueVersion(input, versionId, context)
  } catch (error) {
    // With `=`, because a key or version may begin with a dash.
    const version = versionId === undefined || file.beside !== undefined ? '' : ` --version-id=${versionId}`
    ports.info(
      `the file was uploaded and remains; to issue a link for it: once issue --key=${shellWord(input.key)}${version}`,
    )
    throw error
  }
}

/** A link for a folder names no version: then the API refuses this field alone, and the link is issued without it. */
async function issueVersion(
  input: Input,
  versionId: VersionId | undefined,
  { api: { client }, signal }: IssueContext,
): Promise<IssuedLink> {
  if (versionId === undefined) return client.issue(input, { signal })
  return client.issue({ ...input, versionId }, { signal }).catch((error: unknown) => {
    const isRefused = error instanceof ProblemError && error.reason === 'invalid-fields'
    if (!isRefused || !error.errors.every(({ field }) => field === 'versionId')) throw error
    return client.issue(input, { signal })
  })
}

/** Uploads a file; resolves to its version, if the bucket has versions. Rejects with a `ProblemError` if its key has an object. */
export async function upload(
  file: FileToUpload,
  key: ObjectKey,
  { api, ports, replace, signal }: IssueContext,
): Promise<VersionId | undefined> {
  const { path, made, bytes, hasOwnKey } = file
  const meter = createMeter(singleLine(basename(path ?? key)), 0, ports)
  const onProgress = (done: number) => meter(done, bytes)
  const result = await api.upload({ file: path, made, key, replace, type: mediaType(key), onProgress, signal })
  ports.progress?.('')
  if (result.kind !== 'exists') return result.versionId
  if (!hasOwnKey) throw keyExists(key, '--replace')
  // Only an attempt of this upload can have used a key of its own.
  throw new UnreachableError(
    `${singleLine(key)}: the upload was repeated, because its first response was lost: try again`,
  )
}

/** Makes the problem of an upload whose key has an object; `replace` says how it may replace it. */
export function keyExists(key: ObjectKey, replace: string): ProblemError {
  const allowed = `a key that has no object, or ${replace}: links to its present version still deliver that one`
  return new ProblemError({
    status: 412,
    reason: 'object-exists',
    title: 'The object exists already',
    errors: [{ field: 'key', got: JSON.stringify(key), allowed }],
    attempts: 1,
  })
}

/** Returns the media type for a file name, because players depend on it; that of plain bytes if the name has none. */
function mediaType(name: string): string {
  const type = lookup(name) || 'application/octet-stream'
  return type === 'text/plain' ? `${type}; charset=utf-8` : type
}
