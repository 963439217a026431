import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { listeners } from '../../support/foreign-page.ts'

const local = inject('dynamodbLocal')
const endpoint = local.kind === 'running' && !local.isExposed ? local.endpoint : undefined

/** Sends text over a new connection, and returns the response until the connection ends. */
async function sent(request: string): Promise<string> {
  const socket = connect(Number(new URL(endpoint ?? '').port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  return text(socket).catch(() => 'reset')
}

const head = (...lines: readonly string[]) =>
  `${lines.join('\r\n')}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`
const host = 'Host: 127.0.0.1:8000'

test.skipIf(endpoint === undefined)('in a network namespace, Amazon DynamoDB Local listens on loopback only', () => {
  const port = Number(new URL(endpoint ?? '').port)
  // The kernel's spelling of 127.0.0.1.
  expect(listeners().filter(each => each.port === port)).toMatchObject([{ address: '0100007F' }])
})

test.skipIf(endpoint === undefined)('there it serves programs', async () => {
  expect(await sent(head('POST / HTTP/1.1', host))).toContain('MissingAuthenticationToken')
})

test.skipIf(endpoint === undefined).each([
  ['an Origin', head('POST / HTTP/1.1', host, 'Origin: http://127.0.0.1:1')],
  ['a rebound Host', head('POST / HTTP/1.1', 'Host: rebound.example')],
  ['no Host', head('POST / HTTP/1.1', 'X-Host: 127.0.0.1:8000')],
  ['another method', head('GET / HTTP/1.1', host)],
  ['a preflight', head('OPTIONS / HTTP/1.1', host, 'Origin: null')],
  ['a head without an end', `POST / HTTP/1.1\r\n${host}\r\nX: ${'x'.repeat(20_000)}`],
])('there it gives nothing to a connection whose first request has %s', async (_, request) => {
  expect(await sent(request)).toMatch(/^(reset)?$/)
})
