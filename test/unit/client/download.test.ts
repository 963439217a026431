import { writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  createClient,
  download,
  DownloadError,
  type DownloadOptions,
  type DownloadState,
  NoResponseError,
  type Progress,
} from '../../../client/client.ts'
import { rejection } from '../../support/client/rejection.ts'
import { hangsUp, problem, responds, scriptedApi, type Turn } from '../../support/client/scripted-api.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const nonce = 'F'.repeat(43)
const redeemed = responds(200, { url: '/report.txt?Policy=_', expiresAt: '2099-01-01T00:00:00Z' })
const bytes = Buffer.from('what the report says'.repeat(1000))

/** A client that doesn't wait between attempts. */
const quick: DownloadOptions = { wait: async () => undefined }

const all = async (body: ReadableStream<Uint8Array>) => Buffer.from(await new Response(body).arrayBuffer())

/** Sends the file from `from`, up to `to`; then breaks the connection if that is not the end. */
function sends({ from = 0, to = bytes.length, etag = '"1"' }): Turn {
  return async (response: ServerResponse, request: IncomingMessage) => {
    const partial = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
    response.writeHead(from === 0 ? 200 : 206, {
      'content-length': bytes.length - from,
      'content-type': 'text/plain',
      etag,
      ...(from > 0 && partial),
    })
    await new Promise(resolve => response.write(bytes.subarray(from, to), resolve))
    if (to === bytes.length) response.end()
    else request.socket.destroySoon()
  }
}

const stalls: Turn = response => void response.writeHead(200, { 'content-length': 7, etag: '"1"' }).write('wha')

describe('on the emulator, a download', () => {
  async function emulator() {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.txt'), bytes)
    const { api } = await emulatorHere({ bucket })
    return createClient({ origin: api })
  }

  test.each(['exact', 'client', 'client-only', 'none'] as const)(
    'gives the file of a link with the binding %s, once',
    async bind => {
      const client = await emulator()
      const { url } = await client.issue({ key: 'report.txt', bind, receipt: true, filename: 'Bericht März.txt' })
      const { body, name, size, type } = await download(url)
      expect({ name, size, type }).toEqual({
        name: 'Bericht März.txt',
        size: bytes.length,
        type: 'text/plain; charset=utf-8',
      })
      expect(await all(body)).toEqual(bytes)
      expect(await rejection(download(url))).toMatchObject({ name: 'ProblemError', reason: 'spent' })
    },
  )

  test('confirms where a person would have to, and is named after the key', async () => {
    const client = await emulator()
    const { url } = await client.issue({ key: 'report.txt', confirm: true })
    const { body, name } = await download(url)
    expect(name).toBe('report.txt')
    expect(await all(body)).toEqual(bytes)
  })

  test('says how much has arrived after each piece', async () => {
    const client = await emulator()
    const { url } = await client.issue({ key: 'report.txt' })
    const seen: Progress[] = []
    const { body } = await download(url, { onProgress: progress => void seen.push(progress) })
    expect(seen).toEqual([])
    await all(body)
    expect(seen.at(-1)).toEqual({ received: bytes.length, size: bytes.length })
    expect(seen.map(({ received }) => received)).toEqual(seen.map(({ received }) => received).toSorted((a, b) => a - b))
  })
})

describe('a download that breaks off', () => {
  test('goes on where it broke off, as the same client', async () => {
    const { origin, requests } = await scriptedApi(redeemed, sends({ to: 700 }), sends({ from: 700 }))
    const { body } = await download(`${origin}/d/${nonce}`, quick)
    expect(await all(body)).toEqual(bytes)
    expect(requests.map(({ line }) => line)).toEqual([
      `POST /d/${nonce}`,
      'GET /report.txt?Policy=_',
      'GET /report.txt?Policy=_',
    ])
    expect(requests[2]).toMatchObject({ range: 'bytes=700-', ifRange: '"1"', client: requests[0]?.client })
    expect(requests[0]?.client).toMatch(/^[\w-]{43}$/)
  })

  test('does not go on with another file', async () => {
    const { origin } = await scriptedApi(redeemed, sends({ to: 700 }), sends({ etag: '"2"' }))
    const { body } = await download(`${origin}/d/${nonce}`, quick)
    const error = await rejection(all(body))
    expect(error).toBeInstanceOf(DownloadError)
    expect(error).toBeInstanceOf(NoResponseError)
    const why = 'the server sends the file only from its start again'
    expect(error).toMatchObject({ message: `the file: broke off after 700 of ${bytes.length} bytes: ${why}` })
  })

  test('ends after as many attempts as it may make, and goes on in another program, which opens no link', async () => {
    const { origin, requests } = await scriptedApi(redeemed, sends({ to: 700 }), hangsUp, sends({ from: 700 }))
    let kept = ''
    const onState = (state: DownloadState) => void (kept = JSON.stringify(state))
    const { body } = await download(`${origin}/d/${nonce}`, { ...quick, attempts: 2, onState })
    const received = 700
    expect(await rejection(all(body))).toMatchObject({ refusal: undefined })
    expect(kept).not.toContain(nonce)
    const state = JSON.parse(kept) as DownloadState
    const rest = await download(`${origin}/d/${nonce}`, { ...quick, resume: { state, received } })
    expect(rest).toMatchObject({ size: bytes.length, name: 'report.txt', expiresAt: '2099-01-01T00:00:00Z' })
    expect(await all(rest.body)).toEqual(bytes.subarray(700))
    expect(requests.map(({ line }) => line.split(' ')[0])).toEqual(['POST', 'GET', 'GET', 'GET'])
    const other = await scriptedApi(redeemed)
    const error = await rejection(download(`${other.origin}/d/${nonce}`, { resume: { state, received } }))
    expect(error).toBeInstanceOf(TypeError)
    expect(other.requests).toEqual([])
  })

  test('does not wait for ever for a server that sends no more bytes', async () => {
    const { origin } = await scriptedApi(redeemed, stalls)
    const { body } = await download(`${origin}/d/${nonce}`, { attempts: 1, attemptMs: 300 })
    expect(await rejection(all(body))).toMatchObject({
      message: 'the file: broke off after 3 of 7 bytes: no more bytes came',
    })
  })
})

describe('a download', () => {
  test('opens the link again as the same client if the response was lost', async () => {
    const { origin, requests } = await scriptedApi(hangsUp, redeemed, sends({}))
    const { body } = await download(`${origin}/d/${nonce}`, quick)
    expect(await all(body)).toEqual(bytes)
    expect(requests[1]).toMatchObject({ client: requests[0]?.client, idempotencyKey: requests[0]?.idempotencyKey })
  })

  test('ends when its signal is aborted, or its body is cancelled', async () => {
    const { origin } = await scriptedApi(redeemed, stalls, redeemed, stalls)
    const controller = new AbortController()
    const aborted = await download(`${origin}/d/${nonce}`, { signal: controller.signal })
    const read = all(aborted.body)
    controller.abort(new Error('no more'))
    expect(await rejection(read)).toMatchObject({ message: 'no more' })
    const cancelled = await download(`${origin}/d/${nonce}`)
    const reader = cancelled.body.getReader()
    await reader.read()
    await reader.cancel()
    expect((await reader.read()).done).toBe(true)
  })

  test('ends if onProgress throws, and closes its connection', async () => {
    const closed = Promise.withResolvers<void>()
    const unending: Turn = async (response, request) => {
      request.socket.once('close', closed.resolve)
      await stalls(response, request, '')
    }
    const { origin } = await scriptedApi(redeemed, unending)
    const onProgress = () => {
      throw new Error('no room')
    }
    const { body } = await download(`${origin}/d/${nonce}`, { onProgress })
    expect(await rejection(all(body))).toMatchObject({ message: 'no room' })
    await closed.promise
  })

  test('refuses what is not a link before any request, and never repeats it', async () => {
    const { origin, requests } = await scriptedApi(redeemed)
    const wrong = [nonce, `${origin}/d/${nonce}x`, `${origin}/d/${nonce}?a`, `http://u:p@h/d/${nonce}`, '']
    for (const link of wrong) {
      const error = await rejection(download(link))
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).not.toContain('FFF')
    }
    expect(requests).toEqual([])
  })

  test('refuses a link that takes a file before any request: that would use it', async () => {
    const { origin, requests } = await scriptedApi(redeemed)
    const error = await rejection(download(`${origin}/d/FI${nonce.slice(2)}`))
    expect(error).toEqual(new TypeError('link: got one that takes a file, allowed: one that gives a file'))
    expect(requests).toEqual([])
  })

  test('sends its secret to no other host', async () => {
    const other = await scriptedApi(sends({}))
    const elsewhere = responds(200, { url: `${other.origin}/report.txt`, expiresAt: '2099-01-01T00:00:00Z' })
    const { origin } = await scriptedApi(elsewhere)
    const error = await rejection(download(`${origin}/d/${nonce}`, quick))
    expect(error).toMatchObject({ name: 'NoResponseError', message: expect.stringContaining('not from an edge') })
    expect(other.requests).toEqual([])
  })

  test('has no link in its errors', async () => {
    const refusals = [problem(403, 'spent'), responds(403, `<p>${nonce}</p>`), hangsUp, responds(200, 'x')] as const
    for (const turn of refusals) {
      const { origin } = await scriptedApi(turn)
      const error = await rejection(download(`${origin}/d/${nonce}`, quick))
      expect(error).toBeInstanceOf(Error)
      expect(inspect(error, { depth: 9 })).not.toContain(nonce)
    }
  })
})
