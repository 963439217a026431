import { dynamodbListings } from '../../../api/adapters/dynamodb-link-lists.ts'
import type { ApiHandler } from '../../../api/proxy-handler.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { proxyEvent } from '../../support/api.ts'
import { testKeyring, testSecret } from '../../support/keys.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'
import { memoryQuota } from '../../support/memory-quota.ts'
import { networkFor, type Sender } from './network.ts'
import { simulatedRegions } from './scenario.ts'
import { type IssuedLink, randomIn, type World } from './world.ts'

/** The functions that run in a Region: they have no opening to answer, and don't die here. */
const regional: Sender = { isDead: () => false, onAnswer: () => undefined }

/** Asks the real api for a link, until it gets one or has asked often enough. */
export async function issueLink(world: World): Promise<IssuedLink | undefined> {
  const { scenario, time, wires, choices } = world
  const { expiresIn, receipt } = scenario
  const named = choices.choose(2) === 1
  const headers = { 'Content-Type': 'application/json', ...(named && { 'Idempotency-Key': 'issue-1' }) }
  const event = proxyEvent('POST', '/links', { headers, body: { key: 'report.pdf', expiresIn, receipt } })
  const api = apiOf(world)
  for (let tries = 0; tries < 4; tries += 1) {
    const { statusCode, body } = await api(event)
    if (statusCode === 201) {
      const { id, url, expiresAt } = JSON.parse(body) as { id: string; url: string; expiresAt: string }
      wires.note({ kind: 'issued', id })
      return { id, nonce: url.slice(url.lastIndexOf('/') + 1), expiresAt: Date.parse(expiresAt) / 1000 }
    }
    await time.pause(1000)
  }
  return undefined
}

/** Asks the real api to revoke the link, again while it says that it could not. */
export async function revokeLink(world: World, { id }: IssuedLink): Promise<void> {
  const api = apiOf(world)
  for (let tries = 0; tries < 3; tries += 1) {
    const { statusCode } = await api(proxyEvent('DELETE', `/links/${id}`))
    if (statusCode === 204) world.wires.note({ kind: 'revoked' })
    if (statusCode !== 503) return
    await world.time.pause(300)
  }
}

/** Runs the real sweeper once. */
export async function sweepTable(world: World): Promise<void> {
  const { time, wires, subject } = world
  const sweepings = subject.product.sweepings('links', networkFor(regional, wires), simulatedRegions[0])
  const ports = { clock: time, random: () => 0, expiredItems: sweepings, log: () => undefined }
  await subject.product.sweep(ports, (time.now() + 60_000) as EpochMs).catch(() => undefined)
}

/** As the runbook has it: the slot first, then as long as an edge may keep old keys, then the backup. */
export async function restore({ time, wires, store, secret, subject }: World, restoreAt: number): Promise<void> {
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

function apiOf(world: World): ApiHandler {
  const { time, wires, subject, deployment } = world
  const network = networkFor(regional, wires)
  const [links, listings] = [subject.product.links('links', network), dynamodbListings('links', network)]
  const remembered = { idempotency: memoryIdempotencyStore(), quota: memoryQuota() }
  const ports = { clock: time, random: randomIn(world), keyring: testKeyring, links, listings, ...remembered }
  return subject.product.createApi({ ...ports, log: () => undefined }, deployment, simulatedRegions[0])
}
