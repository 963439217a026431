import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import { consolePath } from '../console/console.ts'
import { filesPath } from './files.ts'
import { deny, isLocal, isVisit } from './local-only.ts'

/** Where an emulator can be reached: the origin of its api, of its edges by Region, and its bucket in S3. */
export interface EmulatorUrls {
  readonly api: string
  readonly edges: Readonly<Record<string, string>>
  /** Where presigned URLs begin, `http://127.0.0.1:PORT/BUCKET`. */
  readonly s3: string
}

/** Who answers what at the front. */
export interface FrontRoutes {
  /** The console: `/` for browsers, and what its page asks for. */
  readonly console: RequestListener
  /** `/files/*`. */
  readonly files: RequestListener
  /** Everything else. */
  readonly api: RequestListener
}

/**
 * The emulator's own port: a page at `/` for people, for programs the same in plain text, and `/.well-known/emulator`, where
 * everything is; files to offer; then the api. For this machine's programs and its own page; a link to it may be anywhere.
 */
export function serveFront(directory: EmulatorUrls, { console, files, api }: FrontRoutes): RequestListener {
  return (request, response) => {
    const { url = '' } = request
    if (!isLocal(request) && !(url === '/' && isVisit(request))) return deny(response)
    if (url.startsWith(consolePath)) return console(request, response)
    if (url.startsWith(filesPath)) return files(request, response)
    const read = request.method === 'GET' || request.method === 'HEAD'
    if (read && url === '/') {
      return isBrowser(request)
        ? console(request, response)
        : answer(response, 'text/plain; charset=utf-8', guideTo(directory))
    }
    if (read && url === '/.well-known/emulator') return answer(response, 'application/json', JSON.stringify(directory))
    return api(request, response)
  }
}

function isBrowser({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') ?? false
}

function answer(response: ServerResponse, type: string, body: string): void {
  const headers = {
    ...securityHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    vary: 'accept',
  }
  response.writeHead(200, headers).end(body)
}

/** What to type in a shell, in plain text. */
export function guideTo({ api, edges }: EmulatorUrls): string {
  const lines = Object.entries(edges).map(([region, origin]) => `  ${region.padEnd(15)} ${origin}`)
  return `once-at-edge, emulated on this machine

Issue a link:
  curl -s ${api}/links -H 'content-type: application/json' -d '{"key":"hello.txt"}'

Open it at any edge, once:
${lines.join('\n')}

Or exchange its last 43 characters for a presigned URL of S3, once:
  curl -s ${api}/exchange -H 'content-type: application/json' -d '{"nonce":"..."}'

Offer a file of your own:
  curl -s -T report.pdf ${api}/files/report.pdf
`
}
