import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ConditionalHeaders } from '../../../emulator/s3/conditions.ts'
import type { Origin } from '../../../emulator/s3/origin.ts'
import type { VersionedObjects } from '../../../emulator/s3/versioned-objects.ts'

/** Requests an object of an origin and reads the response; `code` is that of an error. Rejects if it breaks off. */
export async function getFrom(
  origin: Origin,
  target: string,
  { method = 'GET', mayList, ...headers }: ConditionalHeaders & { method?: 'GET' | 'HEAD'; mayList?: boolean } = {},
) {
  const response = await origin({ method, target, headers, ...(mayList !== undefined && { mayList }) })
  const body = response.body === undefined ? '' : (await buffer(response.body)).toString('latin1')
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1]
  return { status: response.status, headers: response.headers, body, ...(code !== undefined && { code }) }
}

/** Makes text a version of an object, and returns its id; undefined if it `mustBeNew` and is not. */
export async function putText(
  objects: VersionedObjects,
  key: string,
  { text, mustBeNew = false }: { readonly text: string; readonly mustBeNew?: boolean },
) {
  const draft = await objects.receive(Readable.from([Buffer.from(text)]), Infinity)
  assert.ok(draft !== undefined)
  return objects.put(key, [draft], { etag: `"${draft.md5}"`, contentType: 'text/plain', mustBeNew })
}
