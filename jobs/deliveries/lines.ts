import { pipeline, Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'

/** Longest line that is read, in characters; records of our fields have some 400. Longer ones become empty. */
const maxLine = 65_536

/**
 * Returns the lines of an object, some at a time, without their ends. It may be compressed (gzip), as CloudFront's are. However
 * large it is, little of it is in memory. Throws if the object breaks off or is damaged.
 */
export async function* linesOf(body: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isTooLong = false
  for await (const chunk of (await plain(body)) as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (isTooLong && lines.length > 0) lines[0] = ''
    isTooLong = (isTooLong && lines.length === 0) || rest.length > maxLine
    if (rest.length > maxLine) rest = ''
    if (lines.length > 0) yield lines
  }
  const last = isTooLong ? '' : rest + decoder.end()
  if (last !== '') yield [last]
}

/** Returns the body, decompressed if it begins as gzip does (RFC 1952, 2.3.1), and no text. */
async function plain(body: Readable): Promise<Readable> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done === true) return Readable.from([])
  async function* whole() {
    yield first.value as Buffer
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  const source = Readable.from(whole())
  if (first.value[0] !== 0x1f) return source
  // An error of either ends the result with it.
  return pipeline(source, createGunzip(), () => undefined)
}
