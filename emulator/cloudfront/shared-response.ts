import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import type { Origin, OriginRequest, OriginResponse } from '../s3/origin.ts'

/**
 * Sends a request to the origin once, for all identical ones that arrive before its response: all get that response if it
 * `isShared`, also if it may not be stored; if not, each of the others is sent. So does CloudFront with requests of one cache key
 * (AWS, "Request and response behavior for Amazon S3 origins": "Simultaneous requests for the same object"). `name` says which requests
 * are identical.
 */
export function collapseRequests(
  origin: Origin,
  isShared: (response: OriginResponse) => boolean,
): (name: string, request: OriginRequest) => Promise<OriginResponse> {
  const waiting = new Map<string, PromiseWithResolvers<OriginResponse>[]>()
  return async (name, request) => {
    const others = waiting.get(name)
    if (others !== undefined) {
      const other = Promise.withResolvers<OriginResponse>()
      others.push(other)
      return other.promise
    }
    const mine: PromiseWithResolvers<OriginResponse>[] = []
    waiting.set(name, mine)
    try {
      const response = await origin(request).finally(() => waiting.delete(name))
      if (!isShared(response)) {
        for (const each of mine) each.resolve(origin(request))
        return response
      }
      const [first, ...rest] = copiesOf(response, 1 + mine.length)
      for (const [index, each] of mine.entries()) each.resolve(rest[index] ?? response)
      return first ?? response
    } catch (error) {
      for (const each of mine) each.reject(error)
      throw error
    }
  }
}

/** Makes `count` responses of one, which must not be used any more. */
function copiesOf(response: OriginResponse, count: number): readonly OriginResponse[] {
  const { body } = response
  if (body === undefined || count === 1) return Array.from({ length: count }, () => response)
  return copyStream(body, count).map(copy => ({ ...response, body: copy }))
}

/** Copies a stream to `count` others, at the pace of the slowest, and breaks them off if it fails. */
export function copyStream(source: Readable, count: number): readonly Readable[] {
  // A copy may fail before anyone reads it.
  const copies = Array.from({ length: count }, () => new PassThrough().on('error', () => undefined))
  void pump(source, copies)
  return copies
}

async function pump(source: Readable, copies: readonly PassThrough[]): Promise<void> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const open = copies.filter(copy => !copy.destroyed)
      if (open.length === 0) break
      await Promise.all(open.filter(copy => !copy.write(chunk)).map(untilDrained))
    }
    for (const copy of copies) copy.end()
  } catch (error) {
    for (const copy of copies) copy.destroy(error as Error)
  }
}

/** Resolves when the stream takes more, or is closed. */
async function untilDrained(copy: PassThrough): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  await Promise.race([once(copy, 'drain', { signal }), once(copy, 'close', { signal })]).catch(() => undefined)
  controller.abort()
}
