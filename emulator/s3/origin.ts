import type { Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, sep } from 'node:path'
import send from 'send'

/** Responds to a GET or HEAD for one object. `target` is path and query as CloudFront passes them on. */
export type Origin = (request: IncomingMessage, response: ServerResponse, target: string) => Promise<void>

/**
 * Serves the files of folders as S3 serves objects: ranges, ETag, conditional requests, types by name, the override
 * `response-content-disposition`, S3's XML errors. Streams files. If several folders have the file, serves that of the
 * first one. Neither symbolic links nor dots lead outside the `roots`.
 */
export function folderOrigin(...roots: readonly string[]): Origin {
  return async (request, response, target) => {
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const key = keyOf(path)
    const file = key === undefined ? undefined : await fileIn(roots, key)
    if (key === undefined || file === undefined) return noSuchKey(response)
    const disposition = dispositionOf(query)
    if (disposition === 'invalid')
      return xmlError(response, 400, { code: 'InvalidArgument', message: 'Header value is not plain text' })
    if (disposition !== undefined) response.setHeader('content-disposition', disposition)
    stream(request, response, file)
  }
}

function stream(request: IncomingMessage, response: ServerResponse, file: string): void {
  const encoded = file.split(sep).map(encodeURIComponent).join('/')
  send(request, encoded, { dotfiles: 'allow', index: false, cacheControl: false })
    // A strong ETag like S3's: `send` makes weak ones, which If-Range must not use.
    .on('headers', (headers: ServerResponse, _: string, { size, mtimeMs }: Stats) => {
      headers.setHeader('etag', `"${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}"`)
    })
    .on('directory', () => noSuchKey(response))
    .on('error', ({ status }: { status: number }) => {
      if (status === 416)
        return xmlError(response, 416, { code: 'InvalidRange', message: 'The requested range is not satisfiable' })
      if (status === 412)
        return xmlError(response, 412, { code: 'PreconditionFailed', message: 'A precondition did not hold' })
      return noSuchKey(response)
    })
    .pipe(response)
}

/** Decodes a path as S3 does, also behind CloudFront: once, and `+` is a space. Undefined for dots and empty segments. */
function keyOf(path: string): string | undefined {
  try {
    const key = decodeURIComponent(path.slice(1).replaceAll('+', ' '))
    const segments = key.split('/')
    return key.includes('\0') || segments.some(segment => ['', '.', '..'].includes(segment)) ? undefined : key
  } catch {
    return undefined
  }
}

async function fileIn(roots: readonly string[], key: string): Promise<string | undefined> {
  for (const root of roots) {
    try {
      const file = await realpath(join(root, key))
      if (file.startsWith(`${await realpath(root)}${sep}`) && (await stat(file)).isFile()) return file
    } catch {
      // The file is not in this folder, or not readable.
    }
  }
  return undefined
}

function dispositionOf(query: string): string | undefined {
  const value = new URLSearchParams(query).get('response-content-disposition')
  if (value === null) return undefined
  return /^[\x20-\x7e]*$/.test(value) ? value : 'invalid'
}

function noSuchKey(response: ServerResponse): void {
  xmlError(response, 404, { code: 'NoSuchKey', message: 'The specified key does not exist.' })
}

/**
 * Sends an error as S3 and CloudFront do: a code and a message in XML. Both must be ours, never text of the request.
 * If the response has begun, closes the connection instead.
 */
export function xmlError(
  response: ServerResponse,
  status: number,
  { code, message }: { code: string; message: string },
): void {
  if (response.headersSent) return void response.destroy()
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  response.removeHeader('content-disposition')
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
