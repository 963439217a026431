import { Agent, request } from 'node:http'
import { isIPv6 } from 'node:net'
import { text } from 'node:stream/consumers'

/** An HTTP response with its body as text. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Options of a request. `from` is the loopback address to send it from, such as 127.0.0.2; from ::1, the request goes to ::1. */
export interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
  readonly from?: string
  readonly agent?: Agent
}

/** Sends one request with its path unchanged, which `fetch` would normalize. Follows no redirects. */
export function ask(url: string, { from, agent, body, ...options }: RequestOptions = {}): Promise<Answer> {
  const { host, hostname, port } = new URL(url)
  const path = url.slice(url.indexOf('/', 'http://'.length))
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path,
        ...options,
        ...(from && { localAddress: from }),
        // Not every machine resolves localhost to ::1.
        ...(isIPv6(from ?? '') && { hostname: '::1', headers: { Host: host, ...options.headers } }),
        ...(agent && { agent }),
      },
      response => {
        text(response).then(
          body => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        )
      },
    )
    sent.on('error', reject).end(body)
  })
}

/**
 * Issues a link at an api and returns the body of the response; throws unless its status is 201. Tries up to five times if it is 503: a
 * busy machine may be too slow for the api.
 */
export async function issueAt(api: string, body: object): Promise<{ id: string; url: string; expiresAt: string }> {
  const headers = { 'content-type': 'application/json' }
  for (let tries = 1; ; tries += 1) {
    const response = await ask(`${api}/links`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (response.status === 201) return JSON.parse(response.body) as { id: string; url: string; expiresAt: string }
    if (response.status !== 503 || tries === 5) {
      throw new Error(`the api responded with ${response.status}: ${response.body}`)
    }
  }
}

/** Returns the absolute URL of a redirect. */
export function locationOf({ headers }: Answer, base: string): string {
  return new URL(base).origin + String(headers['location'])
}
