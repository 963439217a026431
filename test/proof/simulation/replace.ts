import type { IdempotencyStore } from '../../../api/ports.ts'
import { proxyEvent } from '../../support/api/api.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { apiOf } from './issuer.ts'
import type { Sender } from './network.ts'
import type { SimulatedReplacement } from './scenario.ts'
import type { IssuedLink, World } from './world.ts'

/** Replaces the link at the real api, and repeats the request. */
export async function replaceLink(world: World, { id }: IssuedLink, replacement: SimulatedReplacement): Promise<void> {
  const { time } = world
  const { atMs, rounds, forgets } = replacement
  let idempotency: IdempotencyStore = memoryIdempotencyStore()
  await time.pause(atMs)
  for (const [index, { dies, twice, pauseMs }] of rounds.entries()) {
    if (index === rounds.length - 1) await time.pause(31_000)
    if (forgets && index === rounds.length - 1) idempotency = memoryIdempotencyStore()
    const send = (after: number) => sendRequest(world, id, { idempotency, dies: after })
    await Promise.all([send(dies), ...(twice ? [send(0)] : [])])
    await time.pause(pauseMs)
  }
}

/** Milliseconds after which Lambda ends the function. */
const functionMs = 28_000

async function sendRequest(
  world: World,
  id: string,
  { idempotency, dies }: { idempotency: IdempotencyStore; dies: number },
): Promise<void> {
  const { time, network } = world
  const [startedAt, never] = [time.now(), new Promise<never>(() => undefined)]
  let responses = 0
  const isDead = () => (dies > 0 && responses >= dies) || time.now() - startedAt >= functionMs
  const sender: Sender = { replaces: true, isDead, onResponse: () => void (responses += 1) }
  const mortal =
    (call: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]) => {
      const result = isDead() ? never : await call(...args)
      responses += 1
      return isDead() ? never : result
    }
  const calls = Object.entries(idempotency).map(([name, call]) => [name, mortal(call)])
  const api = apiOf(world, { sender, idempotency: Object.fromEntries(calls) as typeof idempotency })
  const sent = api(proxyEvent('POST', `/links/${id}/replace`, { headers: { 'Idempotency-Key': 'replace-1' } }))
  const response = await Promise.race([sent, time.pause(functionMs).then(() => undefined)])
  if (response === undefined) return
  const body = JSON.parse(response.body) as { id?: string }
  network.note({ kind: 'replaced', status: response.statusCode, ...(body.id && { id: body.id }) })
}
