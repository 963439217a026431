import { appendFileSync, existsSync, statSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

// A downloader of a phone's system, in a process of its own, by what Android's source says of its DownloadManager (DownloadThread.java):
// it follows redirects with the same headers, keeps no cookies, and after a break asks the URL that it was given for the rest of the same
// ETag. Its arguments are that URL, a file and headers. It prints its redirects, and how it was refused if it was.

const [start = '', file = '', headers = '{}'] = process.argv.slice(2)
const maxAttempts = 6
const redirects: string[] = []
let etag: string | undefined

async function send(url: string, more: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const all = { ...JSON.parse(headers), ...more, 'user-agent': 'AndroidDownloadManager/14' }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: all }, resolve).on('error', reject)
  })
  const { location } = response.headers
  if (location === undefined) return response
  const next = new URL(location, url).href
  redirects.push(next)
  response.resume()
  return send(next, more)
}

/** Returns how the URL was refused; undefined if the rest of the file came. Rejects after a break. */
async function attempt(): Promise<object | undefined> {
  const arrived = existsSync(file) ? statSync(file).size : 0
  const rest = arrived === 0 ? {} : { range: `bytes=${arrived}-`, ...(etag !== undefined && { 'if-match': etag }) }
  const response = await send(start, rest)
  const { statusCode } = response
  if (statusCode !== (arrived === 0 ? 200 : 206)) return { status: statusCode, body: await text(response) }
  etag = response.headers.etag
  for await (const bytes of response) appendFileSync(file, bytes)
  return undefined
}

let refused: object | undefined
for (let count = 1; count <= maxAttempts; count += 1) {
  try {
    refused = await attempt()
    break
  } catch {
    // A break: once more.
  }
}
console.log(JSON.stringify({ redirects, refused }))
