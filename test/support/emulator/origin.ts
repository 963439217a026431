import { buffer } from 'node:stream/consumers'
import type { ConditionalHeaders } from '../../../emulator/s3/conditions.ts'
import type { Origin } from '../../../emulator/s3/origin.ts'

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
