import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Clock } from '../../../shared/time.ts'
import { testKeyring } from '../../support/keys.ts'
import { policyOf, viewerRequest } from '../../support/viewer-request.ts'
import { watched } from '../../support/watched.ts'
import type { Perceived } from '../model/trace.ts'
import { networkFor, type Sender } from './network.ts'
import type { Product } from './product.ts'
import { type SimulatedClient, simulatedRegions } from './scenario.ts'
import { clockOf, type IssuedLink, randomIn, type World } from './world.ts'

const redirectStatus = 302
/** How long a client waits for an answer, in milliseconds. */
const clientPatienceMs = 6000

/** A client tries until it has its redirect or a plain no. */
export async function visit(
  world: World,
  { nonce }: IssuedLink,
  { client, index }: { client: SimulatedClient; index: number },
): Promise<void> {
  const { time, choices } = world
  await time.pause(client.startsAt)
  for (let tries = 0; tries < client.tries; tries += 1) {
    const status = await open(world, { nonce, client, index, edge: choices.pick(simulatedRegions) })
    if (status === redirectStatus || status === 403) return
    await time.pause(choices.pick([100, 600, 5000]))
  }
}

/** One opening at one edge; gives the status that reached the client, if one did. */
async function open(
  world: World,
  { nonce, client, index, edge }: { nonce: string; client: SimulatedClient; index: number; edge: Region },
): Promise<number | undefined> {
  const { time, wires, choices } = world
  const request = (world.requests += 1)
  wires.note({ kind: 'opened', request, client: index, edge })
  const startedAt = time.now()
  const clock = clockOf(world, edge)
  const handler = edgeFor(world, { request, edge, clock })
  const event = viewerRequest({ uri: `/d/${nonce}`, clientIp: client.address, headers: headersOf(client, index) })
  const answered = handler(event).then(response => {
    const capability = policyOf(response)
    const reason = capability ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: string }).reason
    const about = { reason, clock: clock.now(), tookMs: time.now() - startedAt, ...(capability && { capability }) }
    wires.note({ kind: 'answered', request, status: Number(response.status), ...about })
    return Number(response.status)
  })
  const delivered = answered.then(async status => {
    const isLost = choices.rarely(12) && wires.spendFault()
    if (isLost) wires.note({ kind: 'fault', fault: 'redirect lost', request })
    await time.pause(isLost ? clientPatienceMs : choices.pick([1, 4, 60]))
    return isLost ? undefined : status
  })
  return Promise.race([delivered, time.pause(clientPatienceMs).then(() => undefined)])
}

function headersOf({ identifies }: SimulatedClient, index: number): Record<string, string> {
  if (identifies === 'with a key') return { 'Idempotency-Key': `client-${index}` }
  return identifies === 'with a cookie' ? { Cookie: `__Host-once=${String(index).padStart(22, 'A')}` } : {}
}

/** An edge for one request, which may die before any of the answers it waits for. */
function edgeFor(
  world: World,
  { request, edge, clock }: { request: number; edge: Region; clock: Clock },
): ReturnType<Product['createEdge']> {
  const { choices, wires, scenario, subject, deployment, keyrings } = world
  let isDead = false
  const sender: Sender = {
    request,
    isDead: () => isDead,
    onAnswer() {
      if (!choices.rarely(15) || !wires.spendFault()) return
      isDead = true
      wires.note({ kind: 'fault', fault: 'process death', request })
    },
  }
  const real = subject.product.linkTable('links', operationsOf(networkFor(sender, wires)))
  const told = (what: Perceived) => wires.note({ kind: 'perceived', request, what })
  const table = watched(scenario.confused === edge ? misled(real, edge) : real, told)
  const ports = {
    clock,
    table,
    random: randomIn(world),
    keyring: keyrings.get(edge) ?? testKeyring,
    log: () => undefined,
  }
  return subject.product.createEdge(ports, deployment, edge)
}

/** An edge of some other version, for which this Region is the home of every link. */
function misled(table: LinkTable, region: Region): LinkTable {
  return {
    tryConsume: (redemption, attempt) =>
      table.tryConsume({ ...redemption, homeRegion: region }, { ...attempt, region }),
    exists: (id, attempt) => table.exists(id, { ...attempt, region }),
    inspect: (id, hold, attempt) => table.inspect(id, hold, { ...attempt, region }),
  }
}

/** Looks at the link without opening it, over the same network, and is answered as ever. */
export async function probe(world: World, { nonce }: IssuedLink): Promise<void> {
  const { choices, wires, subject, deployment } = world
  const edge = choices.pick(simulatedRegions)
  const sender: Sender = { looks: true, isDead: () => false, onAnswer: () => undefined }
  const table = subject.product.linkTable('links', operationsOf(networkFor(sender, wires)))
  const keyring = world.keyrings.get(edge) ?? testKeyring
  const ports = { clock: clockOf(world, edge), table, random: randomIn(world), keyring, log: () => undefined }
  const { status } = await subject.product.createEdge(
    ports,
    deployment,
    edge,
  )(viewerRequest({ uri: `/d/${nonce}`, method: 'HEAD' }))
  if (status !== '200') throw new Error(`a HEAD was answered ${status}`)
}

/** Opens the link with another home Region written into it. */
export async function openForgery(world: World, { nonce }: IssuedLink): Promise<void> {
  const { wires, happenings } = world
  const bytes = Buffer.from(nonce, 'base64url')
  bytes.writeUInt8(bytes[2] === 7 ? 16 : 7, 2)
  const request = (world.requests += 1)
  const handler = edgeFor(world, { request, edge: simulatedRegions[1], clock: clockOf(world, simulatedRegions[1]) })
  const { status } = await handler(viewerRequest({ uri: `/d/${bytes.toString('base64url')}` }))
  const storeCalls = happenings.filter(each => each.kind === 'perceived' && each.request === request).length
  wires.note({ kind: 'forgery answered', status: Number(status), storeCalls })
}
