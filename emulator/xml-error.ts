import type { ServerResponse } from 'node:http'

/**
 * An error as S3 and CloudFront write it: a little XML with a code and a message. Both are ours, never the request's.
 * When the answer has begun it can't be changed any more, so the connection is cut.
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
