import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { ApiHandler } from '../../api/handler.ts'
import type { LinkTable } from '../../edge/ports.ts'
import type { Deployment } from '../../shared/deployment.ts'
import type { Keyring } from '../../shared/keys.ts'
import type { Region } from '../../shared/regions.ts'
import type { Clock, EpochMs } from '../../shared/time.ts'
import type { Perceived } from '../model/trace.ts'
import { testKeyring, testSecret } from '../support/keys.ts'
import { noon } from '../support/links.ts'
import { memoryAnswers } from '../support/memory-answers.ts'
import { headerOf, viewerRequest } from '../support/opening.ts'
import { simulatedDynamoDB, type SimulatedDynamoDB } from '../support/simulated-dynamodb.ts'
import { watched } from '../support/watched.ts'
import type { Choices } from './choices.ts'
import type { Happening } from './history.ts'
import { networkFor, type Sender, type Untimed, type Wires } from './network.ts'
import type { Product } from './product.ts'
import { type Scenario, scenarioBy, simulatedRegions, type SimulatedClient } from './scenario.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

/** What is run, and with which of the guards that aren't in the product's code. */
export interface Subject {
  readonly product: Product
  /** Whether whoever restores a backup changes the key slot first, as they must. */
  readonly bumpsSlot: boolean
}

/** One schedule as it went. */
export interface History {
  readonly scenario: Scenario
  readonly happenings: readonly Happening[]
  /** Second at which the link expired; undefined when none was handed out. */
  readonly expiresAt?: number
}

/** Everything that the actors of one schedule share. */
interface World {
  readonly scenario: Scenario
  readonly subject: Subject
  readonly choices: Choices
  readonly time: VirtualTime
  readonly wires: Wires
  readonly store: SimulatedDynamoDB
  readonly deployment: Deployment
  readonly keyrings: ReadonlyMap<Region, Keyring>
  readonly happenings: Happening[]
  /** The secret as it is now. */
  readonly secret: { text: string }
  requests: number
  draws: number
}

const redirectStatus = 302
/** How long a client waits for an answer, in milliseconds. */
const clientPatienceMs = 6000
const replicationLags = [1, 20, 300, 1500, 6000] as const

/** Plays one schedule with the real handlers, to its end. */
export async function play(choices: Choices, subject: Subject): Promise<History> {
  const world = worldOf(scenarioBy(choices), choices, subject)
  const { scenario, time, happenings } = world
  const link = issueLink(world)
  const acting = link.then(async issued => issued && (await Promise.all(actorsOf(world, issued).map(act => act()))))
  await time.run()
  await Promise.race([acting, Promise.resolve()])
  const issued = await Promise.race([link, Promise.resolve(undefined)])
  return { scenario, happenings, ...(issued && { expiresAt: issued.expiresAt }) }
}

function worldOf(scenario: Scenario, choices: Choices, subject: Subject): World {
  const time = virtualTime(noon)
  const happenings: Happening[] = []
  const note = (happening: Untimed) => happenings.push({ at: time.now() - noon, ...happening })
  const { mode, regions, outage, receipt } = scenario
  const issuedAt = () => happenings.find(({ kind }) => kind === 'issued')?.at ?? Infinity
  const outageIn = (region: Region) => {
    const from = issuedAt() + (outage?.fromMs ?? 0)
    const at = time.now() - noon
    if (outage?.region !== region || at < from || at >= from + outage.forMs) return undefined
    return outage.refuses ? 'refuses' : 'resets'
  }
  const consistency = mode === 'strong' ? 'strong' : 'eventual'
  const store = simulatedDynamoDB(regions, consistency, {
    now: () => time.now(),
    publish(news) {
      const arrive = () => (outageIn(news.to) ? void time.after(500, arrive) : store.apply(news))
      time.after(choices.pick(replicationLags), arrive)
    },
  })
  let left = scenario.faults
  const wires = {
    time,
    choices,
    store,
    regions,
    duplicatesPuts: receipt,
    outage: outageIn,
    spendFault: () => (left -= 1) >= 0,
    note,
  }
  const secret = { text: testSecret }
  const { product } = subject
  return {
    scenario,
    subject,
    choices,
    time,
    wires,
    store,
    happenings,
    secret,
    requests: 0,
    draws: 0,
    deployment: product.parseDeployment({ ...deploymentFields, mode, homeRegions: regions }),
    keyrings: new Map(
      simulatedRegions.map((region, index) => [
        region,
        // Keys take long to parse; only a restore needs them to change.
        scenario.restoreAt === undefined
          ? testKeyring
          : product.createKeyring([async () => secret.text], { now: () => skewed(time, scenario.skews[index]) }),
      ]),
    ),
  }
}

const deploymentFields = {
  linkOrigin: 'https://files.example.com',
  linksTable: 'links',
  answersTable: 'answers',
  secretName: 'keys',
  // Longer than a client keeps trying, whatever the clocks of the edges it meets.
  urlSeconds: 60,
}

function skewed(time: VirtualTime, skew: number | undefined): EpochMs {
  return (time.now() + (skew ?? 0)) as EpochMs
}

/** A link as its issuer got it. */
interface IssuedLink {
  readonly id: string
  readonly nonce: string
  readonly expiresAt: number
}

async function issueLink(world: World): Promise<IssuedLink | undefined> {
  const { scenario, time, wires, choices } = world
  const { expiresIn, receipt } = scenario
  const named = choices.choose(2) === 1
  const event = {
    httpMethod: 'POST',
    path: '/links',
    headers: { 'Content-Type': 'application/json', ...(named && { 'Idempotency-Key': 'issue-1' }) },
    body: JSON.stringify({ key: 'report.pdf', expiresIn, receipt }),
  }
  const api = apiOf(world)
  for (let tries = 0; tries < 4; tries += 1) {
    const { statusCode, body } = await api(proxyEvent(event))
    if (statusCode === 201) {
      const { id, url, expiresAt } = JSON.parse(body) as { id: string; url: string; expiresAt: string }
      wires.note({ kind: 'issued', id })
      return { id, nonce: url.slice(url.lastIndexOf('/') + 1), expiresAt: Date.parse(expiresAt) / 1000 }
    }
    await time.pause(1000)
  }
  return undefined
}

function actorsOf(world: World, link: IssuedLink): (() => Promise<void>)[] {
  const { scenario, time } = world
  const { revokeAt, restoreAt, sweepAt, forgery, clients } = scenario
  const later = (ms: number | undefined, act: () => Promise<void>) =>
    ms === undefined ? [] : [async () => time.pause(ms).then(act)]
  return [
    ...clients.map((client, index) => async () => visit(world, link, { client, index })),
    ...later(revokeAt, () => revokeLink(world, link)),
    ...later(sweepAt, () => sweepTable(world)),
    ...later(forgery ? 3 : undefined, () => openForgery(world, link)),
    ...(restoreAt === undefined ? [] : [async () => restore(world, restoreAt)]),
  ]
}

/** A client tries until it has its redirect or a plain no. */
async function visit(
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
    const capability = capabilityOf(headerOf(response, 'location'))
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

function clockOf({ time, scenario }: World, edge: Region): Clock {
  const skew = scenario.skews[simulatedRegions.findIndex(region => region === edge)]
  return { now: () => skewed(time, skew), pause: time.pause }
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
  const real = subject.product.linkTable('links', networkFor(sender, wires))
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
    take: (redemption, attempt) => table.take({ ...redemption, homeRegion: region }, { ...attempt, region }),
    holds: (id, attempt) => table.holds(id, { ...attempt, region }),
  }
}

/** The resource, address and end of a signed URL: what makes two capabilities different. */
function capabilityOf(location: string | undefined): string | undefined {
  const policy = location && /[?&]Policy=([^&]*)/.exec(location)?.[1]
  if (!policy) return undefined
  return Buffer.from(policy.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString()
}

function apiOf(world: World): ApiHandler {
  const { time, wires, subject, deployment } = world
  const sender = { isDead: () => false, onAnswer: () => undefined }
  const links = subject.product.links('links', networkFor(sender, wires))
  const ports = { clock: time, random: randomIn(world), keyring: testKeyring, links, answers: memoryAnswers() }
  return subject.product.createApi({ ...ports, log: () => undefined }, deployment, simulatedRegions[0])
}

/** Never the same bytes twice in one schedule, and the same in each replay. */
function randomIn(world: World): (length: number) => Uint8Array {
  return length => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt32BE((world.draws += 1))
    return bytes
  }
}

async function revokeLink(world: World, { id }: IssuedLink): Promise<void> {
  const api = apiOf(world)
  for (let tries = 0; tries < 3; tries += 1) {
    const { statusCode } = await api(proxyEvent({ httpMethod: 'DELETE', path: `/links/${id}` }))
    if (statusCode === 204) world.wires.note({ kind: 'revoked' })
    if (statusCode !== 503) return
    await world.time.pause(300)
  }
}

async function sweepTable(world: World): Promise<void> {
  const { time, wires, subject } = world
  const sender = { isDead: () => false, onAnswer: () => undefined }
  const sweepings = subject.product.sweepings('links', networkFor(sender, wires), simulatedRegions[0])
  const ports = { clock: time, random: () => 0, sweepings, log: () => undefined }
  await subject.product.sweep(ports, (time.now() + 60_000) as EpochMs).catch(() => undefined)
}

async function openForgery(world: World, { nonce }: IssuedLink): Promise<void> {
  const { wires, happenings } = world
  const bytes = Buffer.from(nonce, 'base64url')
  bytes.writeUInt8(bytes[2] === 7 ? 16 : 7, 2)
  const request = (world.requests += 1)
  const handler = edgeFor(world, { request, edge: simulatedRegions[1], clock: clockOf(world, simulatedRegions[1]) })
  const { status } = await handler(viewerRequest({ uri: `/d/${bytes.toString('base64url')}` }))
  const storeCalls = happenings.filter(each => each.kind === 'perceived' && each.request === request).length
  wires.note({ kind: 'forgery answered', status: Number(status), storeCalls })
}

/** As the runbook has it: the slot first, then as long as an edge may keep old keys, then the backup. */
async function restore({ time, wires, store, secret, subject }: World, restoreAt: number): Promise<void> {
  const putBack = store.backup()
  await time.pause(restoreAt)
  if (subject.bumpsSlot) secret.text = secretWithNewSlot
  await time.pause(16 * 60_000)
  putBack()
  wires.note({ kind: 'restored' })
}

const secretWithNewSlot = JSON.stringify({
  ...(JSON.parse(testSecret) as object),
  mac: { current: 3, slots: { 3: Buffer.alloc(32, 0x33).toString('base64') } },
})

function proxyEvent(event: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent {
  const identity = { accountId: '111122223333', user: 'AROAEXAMPLE' }
  const requestContext = { requestId: 'r', identity } as APIGatewayProxyEvent['requestContext']
  return { headers: {}, body: null, isBase64Encoded: false, requestContext, ...event } as APIGatewayProxyEvent
}
