import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Clock } from '../../../shared/time.ts'
import { testKeyring } from '../../support/keys.ts'
import { policyOf, viewerRequest } from '../../support/viewer-request.ts'
import { watched } from '../../support/watched.ts'
import type { Perceived } from '../model/trace.ts'
import { dynamodbOver, type Sender } from './network.ts'
import type { Product } from './product.ts'
import { type SimulatedClient, simulatedRegions } from './scenario.ts'
import { clockOf, type IssuedLink, randomIn, type World } from './world.ts'

const redirectStatus = 302
/** Milliseconds for which a client waits for a response. */
const clientTimeoutMs = 6000

/** Sends a client's requests, one after another, until it gets its redirect or a 403, or has no tries left. */
export async function redeemAsClient(
  world: World,
  { nonce }: IssuedLink,
  { client, index }: { client: SimulatedClient; index: number },
): Promise<void> {
  const { time, choices } = world
  await time.pause(client.startsAt)
  for (let tries = 0; tries < client.tries; tries += 1) {
    const status = await sendRequest(world, { nonce, client, index, edge: choices.pick(simulatedRegions) })
    if (status === redirectStatus || status === 403) return
    await time.pause(choices.pick([100, 600, 5000]))
  }
}

/** Sends one request to one edge; resolves with the status that reached the client, if one did. */
async function sendRequest(
  world: World,
  { nonce, client, index, edge }: { nonce: string; client: SimulatedClient; index: number; edge: Region },
): Promise<number | undefined> {
  const { time, network, choices } = world
  const request = (world.requests += 1)
  network.note({ kind: 'requested', request, client: index, edge })
  const startedAt = time.now()
  const clock = clockOf(world, edge)
  const handler = edgeFor(world, { request, edge, clock })
  const event = viewerRequest({ uri: `/d/${nonce}`, clientIp: client.address, headers: headersOf(client, index) })
  const responded = handler(event).then(response => {
    const capability = policyOf(response)
    const reason = capability ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: string }).reason
    const details = { reason, clock: clock.now(), tookMs: time.now() - startedAt, ...(capability && { capability }) }
    network.note({ kind: 'answered', request, status: Number(response.status), ...details })
    return Number(response.status)
  })
  const delivered = responded.then(async status => {
    const isLost = choices.rarely(12) && network.spendFault()
    if (isLost) network.note({ kind: 'fault', fault: 'redirect lost', request })
    await time.pause(isLost ? clientTimeoutMs : choices.pick([1, 4, 60]))
    return isLost ? undefined : status
  })
  return Promise.race([delivered, time.pause(clientTimeoutMs).then(() => undefined)])
}

function headersOf({ identifies }: SimulatedClient, index: number): Record<string, string> {
  if (identifies === 'with a key') return { 'Idempotency-Key': `client-${index}` }
  return identifies === 'with a cookie' ? { Cookie: `__Host-once=${String(index).padStart(22, 'A')}` } : {}
}

/** Makes an edge for one request. It may die before any of the responses that it waits for. */
function edgeFor(
  world: World,
  { request, edge, clock }: { request: number; edge: Region; clock: Clock },
): ReturnType<Product['createEdge']> {
  const { choices, network, scenario, subject, deployment, keyrings } = world
  let isDead = false
  const sender: Sender = {
    request,
    isDead: () => isDead,
    onResponse() {
      if (!choices.rarely(15) || !network.spendFault()) return
      isDead = true
      network.note({ kind: 'fault', fault: 'process death', request })
    },
  }
  const real = subject.product.linkTable('links', operationsOf(dynamodbOver(sender, network)))
  const onPerceived = (what: Perceived) => network.note({ kind: 'perceived', request, what })
  const table = watched(scenario.confused === edge ? withAssumedHome(real, edge) : real, onPerceived)
  const ports = {
    clock,
    table,
    random: randomIn(world),
    keyring: keyrings.get(edge) ?? testKeyring,
    log: () => undefined,
  }
  return subject.product.createEdge(ports, deployment, edge)
}

/** Makes the table of an edge that takes `region` for the home of every link, as an edge of another version might. */
function withAssumedHome(table: LinkTable, region: Region): LinkTable {
  return {
    tryConsume: (redemption, attempt) =>
      table.tryConsume({ ...redemption, homeRegion: region }, { ...attempt, region }),
    exists: (id, attempt) => table.exists(id, { ...attempt, region }),
    inspect: (id, hold, attempt) => table.inspect(id, hold, { ...attempt, region }),
  }
}

/** Sends a HEAD for the link over the same network. Throws unless the edge responds with 200, as for any link. */
export async function probe(world: World, { nonce }: IssuedLink): Promise<void> {
  const { choices, network, subject, deployment } = world
  const edge = choices.pick(simulatedRegions)
  const sender: Sender = { probes: true, isDead: () => false, onResponse: () => undefined }
  const table = subject.product.linkTable('links', operationsOf(dynamodbOver(sender, network)))
  const keyring = world.keyrings.get(edge) ?? testKeyring
  const ports = { clock: clockOf(world, edge), table, random: randomIn(world), keyring, log: () => undefined }
  const { status } = await subject.product.createEdge(
    ports,
    deployment,
    edge,
  )(viewerRequest({ uri: `/d/${nonce}`, method: 'HEAD' }))
  if (status !== '200') throw new Error(`the response to a HEAD was ${status}`)
}

/** Requests the link with another home Region written into its nonce. */
export async function sendForgery(world: World, { nonce }: IssuedLink): Promise<void> {
  const { network, events } = world
  const bytes = Buffer.from(nonce, 'base64url')
  bytes.writeUInt8(bytes[2] === 7 ? 16 : 7, 2)
  const request = (world.requests += 1)
  const handler = edgeFor(world, { request, edge: simulatedRegions[1], clock: clockOf(world, simulatedRegions[1]) })
  const { status } = await handler(viewerRequest({ uri: `/d/${bytes.toString('base64url')}` }))
  const storeCalls = events.filter(each => each.kind === 'perceived' && each.request === request).length
  network.note({ kind: 'forgery response', status: Number(status), storeCalls })
}
