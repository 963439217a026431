import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import { consolePath } from '../console/console.ts'
import { filesPath } from './files.ts'
import { deny, isLocal, isVisit } from './local-only.ts'

/** URLs of an emulator: origins of its api and its edges, and its bucket in S3. */
export interface EmulatorUrls {
  readonly api: string
  /** Origins by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** Start of presigned URLs, `http://127.0.0.1:PORT/BUCKET`. */
  readonly s3: string
}

/** Listeners behind the front. */
export interface FrontRoutes {
  /** The console: `/` for browsers, and what its page requests. */
  readonly console: RequestListener
  /** `/files/*`. */
  readonly files: RequestListener
  /** Everything else. */
  readonly api: RequestListener
}

/**
 * Serves the emulator's own port: `/` as a page for browsers and as plain text for programs, all URLs as JSON at
 * `/.well-known/emulator`, uploads, and the api for everything else. Only programs on this machine and its own page get
 * through; other sites may only link to `/`.
 */
export function serveFront(urls: EmulatorUrls, { console, files, api }: FrontRoutes): RequestListener {
  return (request, response) => {
    const { url = '' } = request
    if (!isLocal(request) && !(url === '/' && isVisit(request))) return deny(response)
    if (url.startsWith(consolePath)) return console(request, response)
    if (url.startsWith(filesPath)) return files(request, response)
    const read = request.method === 'GET' || request.method === 'HEAD'
    if (read && url === '/') {
      return isBrowser(request)
        ? console(request, response)
        : send(response, 'text/plain; charset=utf-8', guideTo(urls))
    }
    if (read && url === '/.well-known/emulator') return send(response, 'application/json', JSON.stringify(urls))
    return api(request, response)
  }
}

function isBrowser({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') ?? false
}

function send(response: ServerResponse, type: string, body: string): void {
  const headers = {
    ...securityHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    vary: 'accept',
  }
  response.writeHead(200, headers).end(body)
}

/** Returns the commands to type in a shell, in plain text. */
export function guideTo({ api, edges }: EmulatorUrls): string {
  const lines = Object.entries(edges).map(([region, origin]) => `  ${region.padEnd(15)} ${origin}`)
  return `once-at-edge on this machine

Issue a link:
  curl -s ${api}/links -H 'content-type: application/json' -d '{"key":"hello.txt"}'

Open it once, at any edge:
${lines.join('\n')}

Or exchange its last 43 characters, the nonce, for a presigned S3 URL, once:
  curl -s ${api}/exchange -H 'content-type: application/json' -d '{"nonce":"..."}'

Upload a file, to issue links to it:
  curl -s -T report.pdf ${api}/files/report.pdf
`
}
