import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { physicalNames } from '../../infra/placement/physical-names.ts'
import type { Settings } from '../../infra/settings/settings.ts'
import { type ObjectKey, parseObjectKey } from '../../shared/object-key.ts'
import type { Ports } from '../ports/ports.ts'

/** A small file for a link that a command opens itself. */
export interface TextFile {
  readonly key: string
  readonly text: string
}

/** Where the file goes. */
export interface TextUpload {
  readonly settings: Settings
  /** The number of the account. */
  readonly account: string
  readonly signal: AbortSignal
}

/**
 * Uploads a text to the bucket of files, in place of what its key names, by a file of this machine that is removed again. Returns
 * the key. Rejects if the upload fails, or if the signal is aborted.
 */
export async function uploadText(
  { key, text }: TextFile,
  { settings, account, signal }: TextUpload,
  ports: Pick<Ports, 'disk' | 'uploads' | 'processes'>,
): Promise<ObjectKey> {
  const [home] = settings.homeRegions
  const bucket = { name: physicalNames(settings.name, account).contentBucket(home), region: home, owner: account }
  const file = join(tmpdir(), `once-text-${ports.processes.pid}.txt`)
  const objectKey = parseObjectKey(key)
  if (objectKey === undefined) throw new Error(`${key} is no key`)
  const upload = {
    file,
    key: objectKey,
    replace: true,
    type: 'text/plain; charset=utf-8',
    onProgress: () => undefined,
    signal,
  }
  await ports.disk.remove(file)
  const output = await ports.disk.create(file)
  if (output === undefined) throw new Error(`${file} is used by another program`)
  try {
    await output.write(Buffer.from(text))
    await output.close()
    await ports.uploads.toBucket(upload, bucket)
  } finally {
    await ports.disk.remove(file)
  }
  return objectKey
}
