import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** An answer whose body was read as text. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** How to ask. `from` is the loopback address to ask from, such as 127.0.0.2. */
export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
  readonly from?: string
  readonly agent?: Agent
}

/** One request with its path sent as it is written: `fetch` would tidy it up. Redirects are not followed. */
export function ask(url: string, { from, agent, body, ...options }: Asking = {}): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const path = url.slice(url.indexOf('/', 'http://'.length))
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, ...options, ...(from && { localAddress: from }), ...(agent && { agent }) },
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

/** Issues a link at an api and gives its answer; throws when that isn't a 201. */
export async function issueAt(api: string, body: object): Promise<{ id: string; url: string; expiresAt: string }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await ask(`${api}/links`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (answer.status !== 201) throw new Error(`the api answered ${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body) as { id: string; url: string; expiresAt: string }
}

/** The absolute URL that a redirect points to. */
export function locationOf({ headers }: Answer, base: string): string {
  return new URL(base).origin + String(headers['location'])
}
