import type { CloudFrontResultResponse } from 'aws-lambda'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import type { EdgePorts, LogLine } from '../../../edge/ports.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { decodePolicy, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { watched } from '../../support/edge/watched.ts'
import type { Perceived } from '../model/trace.ts'
import type { Brought, Sent } from './binding.ts'
import { passphrase } from './issuer.ts'
import { dynamodbOver, mayDie, type Sender } from './network.ts'
import type { Product } from './product.ts'
import { type SimulatedClient, simulatedRegions } from './scenario.ts'
import { sendFile } from './upload.ts'
import { clockOf, type IssuedLink, randomIn, type World } from './world.ts'

/** Milliseconds for which a client waits for a response. */
const clientTimeoutMs = 6000

/** Sends a client's requests; with passphrases, those with one after those with another, or all at once. */
export async function redeemAsClient(
  world: World,
  { nonce }: IssuedLink,
  { client, index }: { client: SimulatedClient; index: number },
): Promise<void> {
  const { brings = [undefined], atOnce } = client
  await world.time.pause(client.startsAt)
  const jar: Jar = { cookie: undefined, sending: undefined }
  const sender = { nonce, client, index, jar }
  if (atOnce) await Promise.all(brings.map(brought => redeem(world, { ...sender, brought })))
  else for (const brought of brings) await redeem(world, { ...sender, brought })
  await jar.sending
}

/**
 * Sends requests, one after another, until there is a redirect, a page or a 403, or the client has no attempts left. It may come back
 * after a redirect.
 */
async function redeem(world: World, sender: Omit<Sending, 'attempts' | 'edge'>): Promise<void> {
  const { time, choices } = world
  const { client } = sender
  let returns = 0
  for (let attempts = 0; attempts < client.attempts; attempts += 1) {
    const result = await sendRequest(world, { ...sender, attempts, edge: choices.pick(simulatedRegions) })
    if (result === 'refused') return
    if (result === 'granted' && (returns += 1) > client.returns) return
    await time.pause(result === 'granted' ? choices.pick([100, 2000, 30_000, 70_000]) : choices.pick([100, 600, 5000]))
  }
}

/** Sends one request to one edge; resolves with what reached the client, if anything did. */
async function sendRequest(world: World, sending: Sending): Promise<'granted' | 'refused' | 'failed' | undefined> {
  const { time, network, choices } = world
  const { nonce, client, index, edge, attempts, jar, brought } = sending
  const request = (world.requests += 1)
  const address = client.addresses[attempts % client.addresses.length] ?? ''
  const { uses, takesFile } = world.scenario
  const headers = { ...headersOf(sending), ...(takesFile && { Accept: 'application/json' }) }
  const known = identityIn(headers, edge === world.scenario.binding.previousEdge) ?? `request ${request}`
  // Of several uses, a program with another passphrase is another client.
  const identity = uses === undefined || brought === undefined ? known : `${known} ${brought}`
  const withPassphrase = brought && { brought }
  network.note({
    kind: 'requested',
    request,
    client: index,
    identity,
    edge,
    address,
    ...secretIn(headers),
    ...withPassphrase,
  })
  const startedAt = time.now()
  const clock = clockOf(world, edge)
  let line: LogLine | undefined
  const handler = edgeFor(world, { request, edge, clock, log: logged => (line = logged) })
  const method = uses === undefined && !takesFile ? 'GET' : 'POST'
  const event = viewerRequest({ uri: `/d/${nonce}`, method, clientIp: address, headers })
  const responded = handler(event).then(response => {
    const { capability, ...cookies } = grantIn(response)
    const details = {
      ...(capability ? { reason: 'granted' } : refusalIn(response, line)),
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
    const { capability } = grantIn(response)
    if (capability && takesFile) jar.sending ??= sendFile(world, capability)
    if (capability) return 'granted'
    return response.status === '403' || response.status === '200' ? 'refused' : 'failed'
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
  readonly attempts: number
  readonly jar: Jar
  /** What it brings to a link with a passphrase. */
  readonly brought: Brought | undefined
}

/** Cookie by which a client is known, if it got one, and the file that it sends with the first token. */
interface Jar {
  cookie: string | undefined
  sending: Promise<void> | undefined
}

/** Returns what identifies the client, and its passphrase. Who brings none to a link that requires one is a browser. */
function headersOf(sending: Sending): Record<string, string> {
  const { brought } = sending
  const identity = identityOf(sending)
  if (brought === undefined) return identity
  if (brought === 'nothing') return { ...identity, Accept: 'text/html' }
  return { ...identity, 'Once-Passphrase': encodeURIComponent(brought === 'right' ? passphrase : 'another') }
}

function identityOf({ client, index, attempts, jar }: Sending): Record<string, string> {
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
    case 'with a key and a secret for each attempt':
      return { ...key, ...secret(10 * index + attempts) }
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
  const isBrowser = 'Sec-Fetch-Site' in headers || 'Accept' in headers
  const holdsSecret = secret !== undefined || Cookie !== undefined || isBrowser
  return { ...(secret && { secret }), holdsSecret }
}

/** Reads the policy that a response grants, in the URL or in the cookies of a folder, and the cookies for the client. */
function grantIn(response: CloudFrontResultResponse): { capability?: string; secret?: string; identity?: string } {
  const cookie = clientCookieIn(response)
  const [policy, secret] = [cookieIn(response, 'CloudFront-Policy'), cookieIn(response, '__Secure-once-[\\w-]{22}')]
  const token = /"token":"([^"]+)"/.exec(response.body ?? '')?.[1]
  const capability = policyOf(response) ?? (policy && decodePolicy(policy)) ?? token
  return {
    ...(capability && { capability }),
    ...(secret && { secret }),
    ...(cookie && { identity: `__Host-once=${cookie}` }),
  }
}

/** Reads why a response grants nothing: for programs it says so itself, and of a page the edge's log line does. */
function refusalIn(
  { body = '{}' }: CloudFrontResultResponse,
  line: LogLine | undefined,
): { reason: string; triesLeft?: number } {
  if (!body.startsWith('{')) return { reason: line?.reason ?? line?.outcome ?? '' }
  const { reason, triesLeft } = JSON.parse(body) as { reason: string; triesLeft?: number }
  return { reason, ...(triesLeft !== undefined && { triesLeft }) }
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
  { request, edge, clock, log }: Pick<EdgePorts, 'clock' | 'log'> & { request: number; edge: Region },
): ReturnType<Product['createEdge']> {
  const { network, scenario, subject, keyrings } = world
  const { previousEdge, gateless } = scenario.binding
  const product = edge === previousEdge ? subject.previous : subject.product
  const deployment = { ...world.deployment, ...(edge === gateless && { gate: false, ipv6: false }) }
  const real = product.linkTable('links', operationsOf(dynamodbOver(mayDie(network, request), network)))
  const onPerceived = (what: Perceived) => network.note({ kind: 'perceived', request, what })
  const table = watched(scenario.confused === edge ? withAssumedHome(real, edge) : real, onPerceived)
  const ports = {
    clock,
    table,
    random: randomIn(world),
    keyring: keyrings.get(edge) ?? testKeyring,
    log,
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
  const edge = simulatedRegions[1]
  const handler = edgeFor(world, { request, edge, clock: clockOf(world, edge), log: () => undefined })
  const { status } = await handler(viewerRequest({ uri: `/d/${bytes.toString('base64url')}` }))
  const storeCalls = events.filter(each => each.kind === 'perceived' && each.request === request).length
  network.note({ kind: 'forgery response', status: Number(status), storeCalls })
}
