import { request as requestOf } from 'node:http'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  headerFinder,
  type HttpResponse,
  MalformedResponse,
  parseHeadResponse,
  parseResponse,
} from '../../../shared/aws/http-response.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'

type Parser = typeof parseResponse

/** Parses the same bytes with Node.js's own client, as the response to a POST; undefined if it refuses them. */
function parseWithNode(bytes: Buffer): Promise<Omit<HttpResponse, 'keepAlive'> | undefined> {
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  return new Promise(resolve => {
    const request = requestOf({ method: 'POST', createConnection: () => socket })
    request.on('error', () => resolve(undefined))
    request.on('response', response => {
      text(response).then(
        body => resolve({ status: response.statusCode ?? 0, body }),
        () => resolve(undefined),
      )
    })
    request.end('{}')
    socket.push(bytes)
    socket.push(null)
  })
}

const word = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019-_')), minLength: 1, maxLength: 12 })
const anyCase = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map(upper => Array.from(name, (letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join(''))
const anyHeader = fc
  .tuple(
    word,
    fc.constantFrom(':', ': ', ':\t '),
    fc.string({ unit: fc.constantFrom(...Array.from('abc ;=/"é')), maxLength: 20 }),
  )
  .map(([name, colon, value]) => `x-${name}${colon}${value}`)

/** The body in chunks of any size, or whole with its length. */
const anyFraming = (body: string) => {
  const bytes = Buffer.from(body)
  const sized = anyCase('content-length').map(name => ({ header: `${name}: ${bytes.length}`, framed: bytes }))
  const chunked = fc
    .tuple(anyCase('transfer-encoding'), anyCase('chunked'), fc.array(fc.nat({ max: bytes.length }), { maxLength: 4 }))
    .map(([name, value, cuts]) => {
      const ends = [...new Set([...cuts, bytes.length])].filter(end => end > 0).toSorted((a, b) => a - b)
      const parts = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
      const chunks = parts.flatMap(part => [part.length.toString(16), '\r\n', part, '\r\n'])
      return {
        header: `${name}: ${value}`,
        framed: Buffer.concat([...chunks, '0\r\n\r\n'].map(part => Buffer.from(part))),
      }
    })
  return fc.oneof(sized, chunked)
}

/** Responses with these statuses as a server may send them, and the expected results. */
const responsesWith = (status: fc.Arbitrary<number>) =>
  fc
    .record({
      status,
      reason: fc.constantFrom('', ' ', ' OK', ' Not Found'),
      headers: fc.array(anyHeader, { maxLength: 4 }),
      connection: fc.constantFrom(undefined, 'keep-alive', 'Keep-Alive', 'close'),
      body: fc.oneof(fc.json(), fc.string({ unit: 'grapheme', maxLength: 80 })),
    })
    .chain(({ status, reason, headers, connection, body }) =>
      anyFraming(body).map(({ header, framed }) => {
        const lines = [...headers, header, ...(connection === undefined ? [] : [`connection: ${connection}`])]
        const head = `HTTP/1.1 ${status}${reason}\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n`
        const bytes = Buffer.concat([Buffer.from(head, 'latin1'), framed])
        return { bytes, response: { status, body, keepAlive: connection !== 'close' } }
      }),
    )

const usualStatus = fc.integer({ min: 200, max: 599 }).filter(status => status !== 204 && status !== 304)
const wellFormed = responsesWith(usualStatus)

describe('a response as a server may send it', () => {
  test('is parsed as Node.js parses it', async () => {
    const cases = fc.asyncProperty(wellFormed, async ({ bytes, response }) => {
      expect(parseResponse(bytes)).toEqual(response)
      const { status, body } = response
      expect(await parseWithNode(bytes)).toEqual({ status, body })
    })
    await fc.assert(cases, { numRuns: 2000 })
  })

  test('is complete only with its last byte', () => {
    const cases = fc.property(wellFormed, ({ bytes }) => {
      for (let length = 0; length < bytes.length; length += 1) {
        expect(parseResponse(bytes.subarray(0, length))).toBeUndefined()
      }
    })
    fc.assert(cases, { numRuns: 300 })
  })

  test('is parsed even if more bytes follow, but then the connection is not used again', () => {
    const cases = fc.property(wellFormed, fc.uint8Array({ minLength: 1 }), ({ bytes, response }, more) => {
      expect(parseResponse(Buffer.concat([bytes, more]))).toEqual({ ...response, keepAlive: false })
    })
    fc.assert(cases, { numRuns: 500 })
  })
})

/** A change to a few bytes by a broken or hostile server. */
const anyEdit = fc.record({
  at: fc.nat({ max: 400 }),
  cut: fc.constantFrom(0, 0, 1, 2, 5),
  insert: fc.constantFrom(
    '',
    ' ',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    '\t',
    ':',
    '0',
    '5',
    'ff',
    '-1',
    '+3',
    '0x10',
    ', 3',
    ';a=b',

    'content-length: 3\r\n',
    'Content-Length:0\r\n',
    'transfer-encoding: chunked\r\n',
    'Transfer-Encoding: gzip\r\n',
    'connection: close\r\n',
    '\r\n folded',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.0',
    '0\r\n\r\n',
    'trailer: x\r\n',
  ),
})

/** Statuses with a special meaning, and invalid ones. */
const strangeStatus = fc.constantFrom(100, 101, 103, 204, 304, 600, 999)
const usualOrStrange = responsesWith(
  fc.oneof({ weight: 9, arbitrary: usualStatus }, { weight: 1, arbitrary: strangeStatus }),
)

/** A second header that states the length of the body, before the first header line. */
const anySecondLength = fc.constantFrom(
  '',
  '',
  'content-length: 3\r\n',
  'Content-Length:0\r\n',
  'transfer-encoding: chunked\r\n',
)

const damaged = fc
  .tuple(usualOrStrange, anySecondLength, fc.array(anyEdit, { maxLength: 4 }))
  .map(([{ bytes }, line, edits]) =>
    edits.reduce(spliced, spliced(bytes, { at: bytes.indexOf('\r\n') + 2, cut: 0, insert: line })),
  )

function spliced(whole: Buffer, { at, cut, insert }: { at: number; cut: number; insert: string }): Buffer {
  const from = at % (whole.length + 1)
  return Buffer.concat([whole.subarray(0, from), Buffer.from(insert), whole.subarray(from + cut)])
}

/** Returns the response, or undefined if it is incomplete or malformed. */
function accepted(parse: Parser, bytes: Buffer): HttpResponse | undefined {
  try {
    return parse(bytes)
  } catch (error) {
    expect((error as Error).name).toBe('MalformedResponse')
    return undefined
  }
}

/** Returns the bytes up to the end of the response. Node.js would parse any after it as a second response. */
function withoutMore(parse: Parser, bytes: Buffer): Buffer {
  let [tooShort, longEnough] = [0, bytes.length]
  while (longEnough - tooShort > 1) {
    const middle = Math.floor((tooShort + longEnough) / 2)
    if (accepted(parse, bytes.subarray(0, middle)) === undefined) tooShort = middle
    else longEnough = middle
  }
  return bytes.subarray(0, longEnough)
}

/** Node.js accepts each response that `parse` accepts, and gets the same from it. */
const neverLooser = (parse: Parser, note: (accepted: boolean) => void = () => undefined) =>
  fc.asyncProperty(fc.oneof(damaged, fc.uint8Array().map(Buffer.from)), async bytes => {
    const ours = accepted(parse, bytes)
    note(ours !== undefined)
    if (ours === undefined) return
    const { status, body } = ours
    expect(await parseWithNode(withoutMore(parse, bytes))).toEqual({ status, body })
  })

describe('a damaged response', () => {
  test('is never accepted if Node.js would refuse it, nor parsed differently', async () => {
    const seen = { accepted: 0, refused: 0 }
    const note = (isAccepted: boolean) => (seen[isAccepted ? 'accepted' : 'refused'] += 1)
    await fc.assert(neverLooser(parseResponse, note), { numRuns: 20_000 })
    // Otherwise the test could pass because nothing is accepted, or nothing is damaged.
    expect(seen.accepted).toBeGreaterThan(500)
    expect(seen.refused).toBeGreaterThan(5000)
  })

  const file = 'shared/aws/http-response.ts'
  test.each<[string, Patch]>([
    ['accepts the last of two lengths', { file, find: 'if (framing.size < lines.length) throw ', replace: '' }],
    [
      'accepts a length and chunks',
      { file, find: "if (framing.has('transfer-encoding') && framing.has('content-length')) throw ", replace: '' },
    ],
    ['ignores lines that are not headers', { file, find: 'if (!headPattern.test(head)) throw ', replace: '' }],
    ['does not check where a chunk ends', { file, find: '!== endOfLine) throw', replace: "=== '') throw" }],
    ['accepts any status', { file, find: '(?!204|304)[2-5]', replace: '[1-9]' }],
    [
      'accepts text after a length',
      { file, find: 'if (!/^ *\\d{1,7} *$/.test(length))', replace: "if (length === '')" },
    ],
  ])('would be accepted by a parser that %s, and this test notices it', async (_, patch) => {
    const root = await brokenCopy('parser', [patch])
    onTestFinished(() => removeCopy(root))
    const broken = (await import(join(root, file))) as { parseResponse: Parser }
    expect(broken.parseResponse(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))?.body).toBe('{}')
    expect((await fc.check(neverLooser(broken.parseResponse), { numRuns: 40_000, endOnFailure: true })).failed).toBe(
      true,
    )
  })

  test.each<[string, string]>([
    ['an old version', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}'],
    ['an interim response', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\n{}'],
    ['a length greater than any store sends', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n'],
    ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx: y\r\n\r\n'],
    ['a status without a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'],
  ])('is refused: %s', (_, bytes) => {
    expect(() => parseResponse(Buffer.from(bytes))).toThrow(MalformedResponse)
  })

  test('is refused once it is too long', () => {
    expect(() => parseResponse(Buffer.alloc(4_000_001, 'a'))).toThrow('it is too long')
  })
})

const names = ['content-length', 'content-type', 'etag', 'x-amz-version-id'] as const
const finders = names.map(name => [name, headerFinder(name)] as const)

/** What the api reads of a response to HEAD. */
const objectOf = ({ status, head = '' }: HttpResponse) => ({
  status,
  headers: Object.fromEntries(finders.map(([name, find]) => [name, find(head)])),
})

/** Parses the same bytes with Node.js's own client, as the response to a HEAD; undefined if it refuses them. */
function headParsedByNode(bytes: Buffer): Promise<ReturnType<typeof objectOf> | undefined> {
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  return new Promise(resolve => {
    const request = requestOf({ method: 'HEAD', createConnection: () => socket })
    request.on('error', () => resolve(undefined))
    request.on('response', ({ statusCode, headers, resume }) => {
      void resume
      resolve({
        status: statusCode ?? 0,
        headers: Object.fromEntries(names.map(name => [name, headers[name]])) as never,
      })
    })
    request.end()
    socket.push(bytes)
    socket.push(null)
  })
}

const anyValue = fc.string({ unit: fc.constantFrom(...Array.from('abc09-"/; .é')), maxLength: 12 })
const anyObjectHeader = fc.oneof(
  anyHeader,
  fc
    .tuple(fc.constantFrom('etag', 'content-type', 'x-amz-version-id'), fc.constantFrom(':', ': ', ':\t '), anyValue)
    .chain(([name, colon, value]) => anyCase(name).map(cased => `${cased}${colon}${value}`)),
  fc.nat().chain(length => anyCase('content-length').map(name => `${name}: ${length}`)),
)

/** Responses to HEAD as S3 may send them. Each name of ours is there once at most: Node.js joins others' values. */
const headResponses = fc
  .record({
    status: usualStatus,
    headers: fc.uniqueArray(anyObjectHeader, { maxLength: 6, selector: line => line.split(':')[0]?.toLowerCase() }),
    close: fc.boolean(),
  })
  .map(({ status, headers, close }) => {
    const lines = [...headers, ...(close ? ['Connection: close'] : [])].map(line => `${line}\r\n`)
    return { bytes: Buffer.from(`HTTP/1.1 ${status} OK\r\n${lines.join('')}\r\n`, 'latin1'), close }
  })

describe('a response to HEAD', () => {
  test('has no body, whatever its length says, and the headers that Node.js finds', async () => {
    const cases = fc.asyncProperty(headResponses, async ({ bytes, close }) => {
      const response = parseHeadResponse(bytes)
      expect(response).toMatchObject({ body: '', keepAlive: !close })
      expect(objectOf(response!)).toEqual(await headParsedByNode(bytes))
    })
    await fc.assert(cases, { numRuns: 1000 })
  })

  test('is never accepted, damaged, if Node.js would refuse it', async () => {
    const seen = { accepted: 0, refused: 0 }
    const cases = fc.asyncProperty(
      headResponses,
      fc.array(anyEdit, { minLength: 1, maxLength: 3 }),
      async (whole, edits) => {
        const bytes = edits.reduce(spliced, whole.bytes)
        const ours = accepted(parseHeadResponse, bytes)
        seen[ours === undefined ? 'refused' : 'accepted'] += 1
        if (ours === undefined) return
        const end = bytes.indexOf('\r\n\r\n') + 4
        expect(await headParsedByNode(bytes.subarray(0, end))).toMatchObject({ status: ours.status })
      },
    )
    await fc.assert(cases, { numRuns: 5000 })
    expect(seen.accepted).toBeGreaterThan(500)
    expect(seen.refused).toBeGreaterThan(500)
  })
})
