import { expect, onTestFinished, test } from 'vitest'
import type { Request } from '../../../client/requests.ts'
import { loopback } from '../../../cli/adapters/machine.ts'
import { passOn } from '../../../cli/console/routes.ts'
import { createListener } from '../../../cli/console/listener.ts'
import { ask } from '../../support/machine/http.ts'

const token = 'A'.repeat(43)
const uploadId = 'U'.repeat(43)
const linkId = 'L'.repeat(22)

/** Starts a console; `called` are the requests that it passes on. */
async function consoleHere(fails?: Error) {
  const server = await loopback.listen()
  onTestFinished(() => server.close())
  const called: object[] = []
  const deliver = async (request: Request<unknown>) => {
    const { isExpected: _, ...others } = request
    called.push(others)
    if (fails !== undefined) throw fails
    return request.method === 'DELETE' ? undefined : { id: uploadId }
  }
  const api = passOn(deliver as Parameters<typeof passOn>[0])
  server.serve(
    createListener({
      origin: server.origin,
      token,
      setup: { api: '', homeRegions: [] },
      onOpened: () => undefined,
      api,
    }),
  )
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'a' }
  const send = (method: string, path: string, body?: object) =>
    ask(server.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { ...server, called, send }
}

test('requests of uploads are passed on to the API, and no file is', async () => {
  const { send, called } = await consoleHere()
  const path = `/uploads/${uploadId}`
  expect((await send('POST', '/uploads', { filename: 'a' })).body).toBe(JSON.stringify({ id: uploadId }))
  expect((await send('POST', `${path}/parts`, { parts: [] })).status).toBe(200)
  expect((await send('DELETE', path)).status).toBe(204)
  expect(called).toEqual([
    { method: 'POST', path: '/uploads', body: { filename: 'a' }, idempotencyKey: 'a' },
    { method: 'POST', path: `${path}/parts`, body: { parts: [] }, idempotencyKey: 'a' },
    { method: 'DELETE', path, idempotencyKey: 'a' },
  ])
})

test('requests for links are passed on with their query and key', async () => {
  const { send, called } = await consoleHere()
  expect((await send('POST', '/links', { key: 'a' })).body).toBe(JSON.stringify({ id: uploadId }))
  expect((await send('POST', '/links/batch', { links: [] })).status).toBe(200)
  expect((await send('GET', '/links?state=live&cursor=c')).status).toBe(200)
  expect((await send('GET', `/links/${linkId}`)).status).toBe(200)
  expect((await send('DELETE', `/links/${linkId}`)).status).toBe(204)
  expect(called).toEqual([
    { method: 'POST', path: '/links', body: { key: 'a' }, idempotencyKey: 'a' },
    { method: 'POST', path: '/links/batch', body: { links: [] }, idempotencyKey: 'a' },
    { method: 'GET', path: '/links?state=live&cursor=c', idempotencyKey: 'a' },
    { method: 'GET', path: `/links/${linkId}`, idempotencyKey: 'a' },
    { method: 'DELETE', path: `/links/${linkId}`, idempotencyKey: 'a' },
  ])
})

test('an operation that is not listed is not carried out, and an error has no secret', async () => {
  const { send, called } = await consoleHere(new Error(`no /d/${'n'.repeat(43)}?Signature=abc`))
  for (const [method, path] of [
    ['POST', '/exchange'],
    ['POST', '/links/batch/'],
    ['PUT', '/links'],
    ['GET', '/links/short'],
    ['GET', `/links/${linkId}/..`],
    ['GET', '/linksx'],
    ['POST', '/uploads/x'],
    ['POST', `/uploads/${uploadId}/other`],
    ['DELETE', `/uploads/${uploadId}/parts`],
    ['GET', '/../x'],
  ] as const)
    expect((await send(method, path, ['GET', 'DELETE'].includes(method) ? undefined : {})).status, path).toBe(404)
  expect(called).toEqual([])
  const failed = await send('GET', `/links/${linkId}`)
  expect(failed.status).toBe(502)
  expect(failed.body).not.toMatch(/nnnn|Signature=a/)
})

/** Each kind of request that the console would carry out. */
const operations = [
  ['GET', '/console/setup'],
  ['GET', '/links'],
  ['POST', '/links', '{"key":"planted.txt"}'],
  ['POST', '/links/batch', '{"links":[{"key":"planted.txt"}]}'],
  ['GET', `/links/${linkId}`],
  ['DELETE', `/links/${linkId}`],
  ['POST', '/uploads', '{"key":"planted.txt"}'],
  ['DELETE', `/uploads/${uploadId}`],
] as const

test.each(operations)(
  'without its secret, for another host or from another origin, nothing is done: %s %s',
  async (...of) => {
    const [method, path, body] = of
    const { origin, called } = await consoleHere()
    const authorization = `Bearer ${token}`
    const statusOf = async (more: object) =>
      (
        await ask(origin + path, {
          method,
          headers: { 'content-type': 'application/json', ...more },
          ...(body && { body }),
        })
      ).status
    for (const wrong of [{}, { authorization: `${authorization}A` }, { cookie: `token=${token}` }])
      expect(await statusOf(wrong)).toBe(401)
    const foreign = [{ host: 'rebound.example' }, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }]
    for (const each of [...foreign, { host: new URL(origin).host.replace('127.0.0.1', 'localhost') }])
      expect(await statusOf({ ...each, authorization })).toBe(403)
    expect(called).toEqual([])
  },
)

test('the page is not opened with a guessed secret, and the refusal has not the right one', async () => {
  const { origin } = await consoleHere()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const opened = await ask(`${origin}/console/open`, { method: 'POST', headers, body: 'token=guessed' })
  expect([opened.status, opened.body.includes(token)]).toEqual([401, false])
})
