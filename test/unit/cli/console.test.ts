import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../../../client/client.ts'
import type { Request } from '../../../client/requests.ts'
import { loopback } from '../../../cli/adapters/machine.ts'
import { linkRoutes, uploadRoutes } from '../../../cli/console/routes.ts'
import { createListener } from '../../../cli/console/listener.ts'
import { ask } from '../../support/http.ts'

const token = 'A'.repeat(43)
const uploadId = 'U'.repeat(43)
/** Starts a console; `called` are the requests that it passes on. */
async function consoleHere(client: Partial<Client> = {}) {
  const server = await loopback.listen()
  onTestFinished(() => server.close())
  const called: object[] = []
  const passOn = async (request: Request<unknown>) => {
    const { isExpected: _, ...others } = request
    called.push(others)
    return request.method === 'DELETE' ? undefined : { id: uploadId }
  }
  const routes = { ...linkRoutes(client as Client), ...uploadRoutes(passOn as Parameters<typeof uploadRoutes>[0]) }
  server.serve(createListener({ origin: server.origin, token, routes }))
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

test('a list goes on where its page ended', async () => {
  const links = Array.from({ length: 250 }, (_, index) => ({ id: String(index) }))
  const asked: unknown[] = []
  const list = async function* (options: unknown) {
    asked.push(options)
    yield* links
  } as unknown as Client['list']
  const { send } = await consoleHere({ list })
  const found: unknown[] = []
  let next: string | undefined
  do {
    const query = next === undefined ? 'state=live&reference=a' : `cursor=${next}`
    const page = JSON.parse((await send('GET', `/links?${query}`)).body) as { links: object[]; next?: string }
    found.push(...page.links)
    next = page.next
  } while (next !== undefined)
  expect(found).toEqual(links)
  expect(asked).toEqual([{ reference: 'a', state: 'live', pageSize: 100 }])
  expect((await send('GET', '/links?cursor=x')).status).toBe(400)
  expect((await send('GET', '/links?state=lost')).status).toBe(400)
})

test('an operation that is not listed is not carried out, and an error has no secret', async () => {
  const show = async () => Promise.reject(new Error(`no /d/${'n'.repeat(43)}?Signature=abc`))
  const { send } = await consoleHere({ show })
  for (const [method, path] of [
    ['POST', '/exchange'],
    ['POST', '/links/batch'],
    ['PUT', '/links'],
    ['POST', '/uploads/x'],
    ['POST', `/uploads/${uploadId}/other`],
    ['DELETE', `/uploads/${uploadId}/parts`],
    ['GET', '/../x'],
  ] as const)
    expect((await send(method, path, ['GET', 'DELETE'].includes(method) ? undefined : {})).status, path).toBe(404)
  const failed = await send('GET', `/links/${'A'.repeat(22)}`)
  expect(failed.status).toBe(502)
  expect(failed.body).not.toMatch(/nnnn|Signature=a/)
  expect((await send('GET', '/links/short')).status).toBe(400)
})
