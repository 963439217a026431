import { writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { WebhookEvent } from '../../../client/client.ts'
import type { LinkView } from '../../../shared/schemas/types.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt, locationOf } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

test('of three clients two get the file of a link with two uses, and its sender learns of each', async () => {
  const events: WebhookEvent[] = []
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    events.push((await json(request)) as WebhookEvent)
    response.writeHead(204).end()
  }
  const receiver = await serveHere((request, response) => void receive(request, response))
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.pdf'), 'what it says')
  const notify = `${receiver.origin}/hook`
  const { api, edges } = await emulatorHere({ bucket, deliveryProof: true, notify })
  const { id, url } = await issueAt(api, { key: 'report.pdf', uses: 2, notify: 'local' })
  const view = async () => JSON.parse((await ask(`${api}/links/${id}`)).body) as LinkView

  expect((await ask(url)).status).toBe(403)
  // From any edge of the emulator: a client is known by its key and by the origin of the link.
  const [edge = ''] = Object.values(edges)
  const open = (key: string) =>
    ask(url.replace(/^https?:\/\/[^/]+/, edge), { method: 'POST', headers: { 'idempotency-key': key } })
  const [phone, laptop] = [await open('phone'), await open('laptop')]
  expect([phone.status, laptop.status, (await open('tablet')).status]).toEqual([303, 303, 403])
  const again = await open('phone')
  expect(again.status).toBe(303)
  const [first, second] = [locationOf(phone, url), locationOf(laptop, url)]
  expect((await ask(first)).body).toBe('what it says')
  const uses = [first, second].map(location => new URL(location).searchParams.get('u'))
  // Two uses of one second come in any order.
  const taken = async () => {
    const known = new Map((await view()).uses?.taken.map(use => [use.id, use.delivery?.state]))
    return uses.map(use => known.get(use ?? ''))
  }
  await expect.poll(taken).toEqual(['complete', 'none'])
  expect((await ask(second)).body).toBe('what it says')

  const names = () => events.map(({ type, data }) => [type, (data as { use?: string }).use].join(' ')).toSorted()
  const expected = uses.flatMap(use => [`link.delivered ${use}`, `link.redeemed ${use}`])
  await expect.poll(names, { timeout: 20_000 }).toEqual(['link.refused ', ...expected].toSorted())
  expect(await view()).toMatchObject({ state: 'used', uses: { max: 2 } })
  expect(await taken()).toEqual(['complete', 'complete'])
  expect((await ask(`${api}/links/${id}`, { method: 'DELETE' })).status).toBe(200)
  expect((await open('phone')).status).toBe(403)
})
