import type { CloudFrontResultResponse } from 'aws-lambda'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Clock } from '../../../shared/time.ts'
import { testKeyring } from '../../support/keys.ts'
import { decodePolicy, policyOf, viewerRequest } from '../../support/viewer-request.ts'
import { watched } from '../../support/watched.ts'
import type { Perceived } from '../model/trace.ts'
import type { Sent } from './binding.ts'
import { dynamodbOver, type Sender } from './network.ts'
import type { Product } from './product.ts'
import { type SimulatedClient, simulatedRegions } from './scenario.ts'
import { clockOf, type IssuedLink, randomIn, type World } from './world.ts'

const redirectStatus = 302
/** Milliseconds for which a client waits for a response. */
const clientTimeoutMs = 6000

/**
 * Sends a client's requests, one after another, until it gets its redirect or a 403, or has no tries left. After a redirect it
 * may come back.
 */
export async function redeemAsClient(
  world: World,
  { nonce }: IssuedLink,
  { client, index }: { client: SimulatedClient; index: number },
): Promise<void> {
  const { time, choices } = world
  await time.pause(client.startsAt)
  const jar: Jar = { cookie: undefined }
  let returns = 0
  for (let tries = 0; tries < client.tries; tries += 1) {
    const status = await sendRequest(world, { nonce, client, index, tries, jar, edge: choices.pick(simulatedRegions) })
    if (status === 403) return
    if (status === redirectStatus && (returns += 1) > client.returns) return
    await time.pause(
      status === redirectStatus ? choices.pick([100, 2000, 30_000, 70_000]) : choices.pick([100, 600, 5000]),
    )
  }
}

/** Sends one request to one edge; resolves with the status that reached the client, if one did. */
async function sendRequest(world: World, sending: Sending): Promise<number | undefined> {
  const { time, network, choices } = world
  const { nonce, client, index, edge, tries, jar } = sending
  const request = (world.requests += 1)
  const address = client.addresses[tries % client.addresses.length] ?? ''
  const headers = headersOf(sending)
  const identity = identityIn(headers, edge === world.scenario.binding.previousEdge) ?? `request ${request}`
  network.note({ kind: 'requested', request, client: index, identity, edge, address, ...secretIn(headers) })
  const startedAt = time.now()
  const clock = clockOf(world, edge)
  const handler = edgeFor(world, { request, edge, clock })
  const event = viewerRequest({ uri: `/d/${nonce}`, clientIp: address, headers })
  const responded = handler(event).then(response => {
    const { capability, ...cookies } = grantIn(response)
    const reason = capability ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: string }).reason
    const details = {
      reason,
      clock: clock.now(),
      tookMs: time.now() - startedAt,
      ...(capability && { capability }),
      ...cookies,
    }
    network.note({ kind: 'answered', request, status: Number(response.status), ...details })
    return response
  })
  const delivered = responded.then(async response => {
    const isLost = choices.rarely(12) && network.spendFault()
    if (isLost) network.note({ kind: 'fault', fault: 'redirect lost', request })
    await time.pause(isLost ? clientTimeoutMs : choices.pick([1, 4, 60]))
    if (isLost) return undefined
    jar.cookie = clientCookieIn(response) ?? jar.cookie
    return Number(response.status)
  })
  return Promise.race([delivered, time.pause(clientTimeoutMs).then(() => undefined)])
}

/** A client's next request. */
interface Sending {
  readonly nonce: string
  readonly client: SimulatedClient
  readonly index: number
  readonly edge: Region
  /** Its requests so far. */
  readonly tries: number
  readonly jar: Jar
}

/** Cookie by which a client is known, if it got one. */
interface Jar {
  cookie: string | undefined
}

function headersOf({ client, index, tries, jar }: Sending): Record<string, string> {
  const { identifies, hasJar } = client
  const navigates = hasJar && { 'Sec-Fetch-Site': 'none' }
  const key = { 'Idempotency-Key': `client-${index}` }
  const secret = (number: number) => ({ 'Once-Client': String(number).padStart(43, 'S') })
  switch (identifies) {
    case 'with a key':
      return { ...navigates, ...key }
    case 'with a cookie':
      return { Cookie: `__Host-once=${String(index).padStart(22, 'A')}` }
    case 'not at all':
      return { ...navigates }
    case 'with the cookies that it gets':
      return { 'Sec-Fetch-Site': 'none', ...(jar.cookie && { Cookie: `__Host-once=${jar.cookie}` }) }
    case 'with a secret':
      return secret(index)
    case 'with a key and a secret':
      return { ...key, ...secret(index) }
    case 'with a key and a secret for each try':
      return { ...key, ...secret(10 * index + tries) }
  }
}

/** Returns by what an edge knows a client; the version before reads no Once-Client. */
function identityIn(headers: Readonly<Record<string, string>>, isPrevious: boolean): string | undefined {
  const { 'Idempotency-Key': key, 'Once-Client': secret, Cookie } = headers
  const parts = [key && `key ${key}`, isPrevious ? undefined : secret && `secret ${secret}`].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : Cookie
}

function secretIn(headers: Readonly<Record<string, string>>): Pick<Sent, 'secret' | 'holdsSecret'> {
  const { 'Once-Client': secret, Cookie } = headers
  const holdsSecret = secret !== undefined || Cookie !== undefined || 'Sec-Fetch-Site' in headers
  return { ...(secret && { secret }), holdsSecret }
}

/** Reads the policy that a response grants, in the URL or in the cookies of a folder, and the cookies for the client. */
function grantIn(response: CloudFrontResultResponse): { capability?: string; secret?: string; identity?: string } {
  const cookie = clientCookieIn(response)
  const [policy, secret] = [cookieIn(response, 'CloudFront-Policy'), cookieIn(response, '__Secure-once-[\\w-]{22}')]
  const capability = policyOf(response) ?? (policy && decodePolicy(policy))
  return {
    ...(capability && { capability }),
    ...(secret && { secret }),
    ...(cookie && { identity: `__Host-once=${cookie}` }),
  }
}

function clientCookieIn(response: CloudFrontResultResponse): string | undefined {
  return cookieIn(response, '__Host-once')
}

function cookieIn({ headers }: CloudFrontResultResponse, name: string): string | undefined {
  const pattern = new RegExp(`^${name}=([^;]+)`)
  return headers?.['set-cookie']?.map(({ value }) => pattern.exec(value)?.[1]).find(each => each !== undefined)
}

/** Makes an edge for one request. It may die before any of the responses that it waits for. */
function edgeFor(
  world: World,
  { request, edge, clock }: { request: number; edge: Region; clock: Clock },
): ReturnType<Product['createEdge']> {
  const { choices, network, scenario, subject, keyrings } = world
  const { previousEdge, gateless } = scenario.binding
  const product = edge === previousEdge ? subject.previous : subject.product
  const deployment = { ...world.deployment, ...(edge === gateless && { gate: false, ipv6: false }) }
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
  const real = product.linkTable('links', operationsOf(dynamodbOver(sender, network)))
  const onPerceived = (what: Perceived) => network.note({ kind: 'perceived', request, what })
  const table = watched(scenario.confused === edge ? withAssumedHome(real, edge) : real, onPerceived)
  const ports = {
    clock,
    table,
    random: randomIn(world),
    keyring: keyrings.get(edge) ?? testKeyring,
    log: () => undefined,
  }
  return product.createEdge(ports, deployment, edge)
}

/** Makes the table of an edge that takes `region` for the home of every link, as an edge of another version might. */
function withAssumedHome(table: LinkTable, region: Region): LinkTable {
  return {
    tryConsume: (redemption, attempt) =>
      table.tryConsume({ ...redemption, homeRegion: region }, { ...attempt, region }),
    tryReserve: (redemption, attempt) =>
      table.tryReserve({ ...redemption, homeRegion: region }, { ...attempt, region }),
    exists: (id, attempt) => table.exists(id, { ...attempt, region }),
    inspect: (link, kind, attempt) => table.inspect({ ...link, homeRegion: region }, kind, { ...attempt, region }),
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
