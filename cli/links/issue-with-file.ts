import { lookup } from 'mime-types'
import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { checkFields } from '../../client/check-fields.ts'
import {
  type Client,
  type IssuedLink,
  type IssueOptions,
  type NewLink,
  NoResponseError,
  ProblemError,
  type UploadOptions,
} from '../../client/client.ts'
import { type ObjectKey, parseVersionId, type VersionId } from '../../shared/object-key.ts'
import type { CliPorts } from '../ports/ports.ts'
import { createCheckMeter, createMeter } from '../terminal/meter.ts'
import { shellWord, singleLine } from '../terminal/text.ts'
import { type FileToUpload, parseKey } from './issue-items.ts'

/** What all items of one command share. */
export interface IssueContext {
  readonly client: Client
  readonly ports: CliPorts
  /** Whether an upload may replace an object with the chosen key. */
  readonly replace: boolean
  /** Cancels the request or upload in progress. */
  readonly signal: AbortSignal
}

/** A link to issue. */
type Input = NewLink & { readonly key: ObjectKey }

/**
 * Uploads a file and issues a link for the version that the upload returned, so that the link delivers these bytes, whatever
 * is uploaded under its key later. Before the first byte, checks the other fields. Resolves to the link with its key. Rejects with the
 * error of the API or the upload; if the file was uploaded, reports what remains of it.
 */
export async function issueWithFile(
  file: FileToUpload,
  input: Input,
  context: IssueContext,
): Promise<IssuedLink & Pick<Input, 'key'>> {
  const { client, ports, signal } = context
  const check = async (key: string) => checkFields(client, { ...input, key }, { signal })
  if (file.beside !== undefined) await check(input.key)
  for (const each of file.beside ?? []) await upload(each.file, each.key, context)
  const { key, versionId } = await upload(file, input.key, { ...context, onBegin: check })
  const { modifiedAt, ...others } = file
  // A file without a time is uploaded again.
  const goesOn = modifiedAt === undefined ? 'prints the command that goes on' : undefined
  const { onCheck, clear } = createCheckMeter(basename(file.path ?? input.key), ports, goesOn)
  try {
    const link = await issueVersion({ ...input, key }, versionId, { ...context, onCheck }).finally(clear)
    return { key, ...link }
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.reason === 'object-refused'
    if (isRefused) throw error // there is no link to this file, whatever the command
    const isGone = error instanceof ProblemError && error.reason === 'object-missing'
    // An earlier command uploaded it, and it was deleted since.
    if (isGone && modifiedAt !== undefined) return issueWithFile(others, input, context)
    if (error instanceof NoResponseError) ports.info('the API may have issued a link: nobody has it, and it expires')
    // With `=`, because a key or version may begin with a dash.
    const version = versionId === undefined ? '' : ` --version-id=${versionId}`
    const more = file.beside === undefined ? version : ' --media'
    ports.info(`the file was uploaded and remains; to issue a link for it: once issue --key=${shellWord(key)}${more}`)
    throw error
  }
}

/** A link for a folder names no version: then the API refuses this field alone, and the link is issued without it. */
async function issueVersion(
  input: Input,
  versionId: VersionId | undefined,
  { client, signal, onCheck }: IssueContext & Pick<IssueOptions, 'onCheck'>,
): Promise<IssuedLink> {
  const options = { signal, ...(onCheck && { onCheck }) }
  if (versionId === undefined) return client.issue(input, options)
  return client.issue({ ...input, versionId }, options).catch((error: unknown) => {
    const isRefused = error instanceof ProblemError && error.reason === 'invalid-fields'
    if (!isRefused || !error.errors.every(({ field }) => field === 'versionId')) throw error
    return client.issue(input, options)
  })
}

/** How to upload beside what a command has in common. */
interface UploadContext extends IssueContext, Pick<UploadOptions, 'onBegin'> {
  /** What stands for the upload when the command is repeated. @default its path, name, size and time */
  readonly seed?: string
}

/** Uploads a file. The same command goes on with it for a day, in another process too, unless the file comes from standard input. */
export async function upload(
  { path, content, bytes, modifiedAt, drawsKey }: FileToUpload,
  name: ObjectKey,
  { client, ports, replace, signal, onBegin, seed }: UploadContext,
): Promise<{ readonly key: ObjectKey; readonly versionId: VersionId | undefined }> {
  const meter = createMeter(singleLine(basename(path ?? name)), 0, ports)
  const type = mediaType(name)
  const named = drawsKey ? { filename: name } : { key: name, ...(replace && { replace }) }
  const about = JSON.stringify(seed ?? [path && resolve(path), named, type, bytes, modifiedAt])
  const { key, versionId } = await client.upload(content, {
    ...named,
    type,
    ...(bytes !== undefined && { bytes }),
    ...(modifiedAt !== undefined && { idempotencyKey: createHash('sha256').update(about).digest('hex') }),
    ...(onBegin && { onBegin }),
    onProgress: ({ arrived }) => meter(arrived, bytes),
    signal,
  })
  ports.progress?.('')
  return { key: parseKey(key), versionId: versionId === undefined ? undefined : parseVersionId(versionId) }
}

/** Returns the media type for a file name, because players depend on it; that of plain bytes if the name has none. */
function mediaType(name: string): string {
  const type = lookup(name) || 'application/octet-stream'
  return type === 'text/plain' ? `${type}; charset=utf-8` : type
}
