import type { RequestListener, ServerResponse } from 'node:http'
import { answerHeaders } from '../shared/answer-headers.ts'

/** Where an emulator can be reached: the origin of its api, of its edges by Region, and its bucket in S3. */
export interface Directory {
  readonly api: string
  readonly edges: Readonly<Record<string, string>>
  /** Where presigned URLs begin, `http://127.0.0.1:PORT/BUCKET`. */
  readonly s3: string
}

/** The emulator's own port: where everything is, at `/` for people and `/.well-known/emulator` for programs; then the api. */
export function serveFront(directory: Directory, api: RequestListener): RequestListener {
  return (request, response) => {
    const read = request.method === 'GET' || request.method === 'HEAD'
    if (read && request.url === '/') return answer(response, 'text/plain; charset=utf-8', guide(directory))
    if (read && request.url === '/.well-known/emulator')
      return answer(response, 'application/json', JSON.stringify(directory))
    return api(request, response)
  }
}

function answer(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { ...answerHeaders, 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function guide({ api, edges }: Directory): string {
  const lines = Object.entries(edges).map(([region, origin]) => `  ${region.padEnd(15)} ${origin}`)
  return `once-at-edge, emulated on this machine

Issue a link:
  curl -s ${api}/links -H 'content-type: application/json' -d '{"key":"hello.txt"}'

Open it at any edge, once:
${lines.join('\n')}

Or exchange its last 43 characters for a presigned URL of S3, once:
  curl -s ${api}/exchange -H 'content-type: application/json' -d '{"nonce":"..."}'
`
}
