import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isReceivedPath } from '../../api/uploads/received-handler.ts'
import { securityHeaders } from '../../shared/http.ts'
import { consolePath, isPagePath } from '../../console/page-files.ts'
import { deny, isLocal, isVisit } from '../../console/local-only.ts'
import { hasToken, requireToken, type Token } from './token.ts'

/** URLs of an emulator: origins of its api and its edges, and its bucket in S3. */
export interface EmulatorUrls {
  readonly api: string
  /** Origins by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** Start of presigned URLs, `http://127.0.0.1:PORT/BUCKET`. */
  readonly s3: string
}

/**
 * Serves the emulator's own port: `/` as a page for browsers, with `console`, and as plain text for programs,
 * all URLs as JSON at `/.well-known/emulator`, and the api for everything else. Only programs on this machine and its own page get
 * through; other sites may only link to the page. With a `token`, everything requires it but the files of the page,
 * which contain nothing of this emulator, and what has the token of a link: the file that it takes.
 */
export function serveFront(
  urls: EmulatorUrls,
  { console, api }: Readonly<Record<'console' | 'api', RequestListener>>,
  token?: Token,
): RequestListener {
  return (request, response) => {
    const { url = '' } = request
    if (!isLocal(request) && !isVisit(request)) return deny(response)
    // Browsers request it by themselves; the page contains its icon.
    if (url === '/favicon.ico') return void response.writeHead(404, securityHeaders).end()
    const isOpen = isPage(request) || isReceivedPath(url.split('?')[0] ?? '')
    if (token !== undefined && !isOpen && !hasToken(request, token)) return requireToken(response)
    if (isPage(request) || url.startsWith(consolePath)) return console(request, response)
    const read = request.method === 'GET' || request.method === 'HEAD'
    if (read && url === '/') return send(response, 'text/plain; charset=utf-8', guideTo(urls, token?.file))
    if (read && url === '/.well-known/emulator') return send(response, 'application/json', JSON.stringify(urls))
    return api(request, response)
  }
}

/** Whether a request is for a file of the page; for `/`, only a browser's is. */
function isPage({ method, url = '', headers }: IncomingMessage): boolean {
  const [path = ''] = url.split('?')
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && isPagePath(path) && (path !== '/' || headers.accept?.includes('text/html') === true)
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

/** Returns the commands to type in a shell, in plain text. Those of curl send the token of `tokenFile`, if there is one; `once` finds it. */
function guideTo({ api, edges }: EmulatorUrls, tokenFile?: string): string {
  const token = tokenFile === undefined ? '' : ` -H '@${tokenFile.replaceAll("'", String.raw`'\''`)}'`
  const lines = Object.entries(edges).map(([region, origin]) => `  ${region.padEnd(15)} ${origin}`)
  return `once-at-edge on this machine

Issue a link:
  curl -s ${api}/links${token} -H 'content-type: application/json' -d '{"key":"hello.txt"}'

Open it once, at any edge:
${lines.join('\n')}

Or exchange its last 43 characters, the nonce, for a presigned S3 URL, once:
  curl -s ${api}/exchange${token} -H 'content-type: application/json' -d '{"nonce":"..."}'

Upload a file, and issue a link to it:
  npm run -s once -- issue --local=${api} report.pdf
`
}
