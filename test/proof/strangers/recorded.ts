import { buffer } from 'node:stream/consumers'
import { serveHere } from '../../support/machine/serve.ts'

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string
  readonly url: string
  /** The signed headers, `authorization`, and all that belong to AWS, signed or not. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Serves one response to every request, and keeps the requests; ends with the test. */
export async function recordRequests(
  status: number,
  response: object,
): Promise<{ readonly origin: string; readonly requests: readonly RecordedRequest[] }> {
  const requests: RecordedRequest[] = []
  const { origin } = await serveHere((request, answer) => {
    const keep = async () => {
      const { method = '', url = '', headers } = request
      const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? []
      const isKept = (name: string) =>
        names.split(';').includes(name) || ['authorization', 'host'].includes(name) || name.startsWith('x-amz-')
      const kept = Object.entries(headers).filter(([name]) => isKept(name))
      const all = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
      const body = await buffer(request)
      requests.push({ method, url: `${origin}${url}`, headers: all, body: body.toString() })
      const type = status === 200 ? 'application/x-amz-json-1.0' : 'application/problem+json'
      answer.writeHead(status, { 'content-type': type }).end(JSON.stringify(response))
    }
    keep().catch(() => request.socket.destroy())
  })
  return { origin, requests }
}
