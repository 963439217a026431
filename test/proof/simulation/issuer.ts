import { dynamodbLinkLists } from '../../../api/adapters/dynamodb-links.ts'
import type { IdempotencyStore } from '../../../api/ports.ts'
import type { ApiHandler } from '../../../api/proxy-handler.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { proxyEvent } from '../../support/api/api.ts'
import { testKeyring, testSecret } from '../../support/keys/keys.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryObjects } from '../../support/api/memory-objects.ts'
import { memoryQuota } from '../../support/api/memory-quota.ts'
import { dynamodbOver, type Sender } from './network.ts'
import { simulatedRegions } from './scenario.ts'
import { maxFileBytes } from './upload.ts'
import { type IssuedLink, randomIn, urlSeconds, type World } from './world.ts'

/** The passphrase of each link that requires one. */
export const passphrase = 'blue sky 7'

/** The functions that run in a Region: they serve no viewer, and don't die in a simulation. */
const regional: Sender = { isDead: () => false, onResponse: () => undefined }

/** Requests a link from the real api, up to four times; undefined if it gets none. */
export async function issueLink(world: World): Promise<IssuedLink | undefined> {
  const { scenario, time, network, choices } = world
  const { expiresIn, receipt, binding, maxTries, uses, deletesFile, takesFile } = scenario
  const { bind, folder } = binding
  const hasKey = choices.choose(2) === 1 || deletesFile === true
  const headers = { 'Content-Type': 'application/json', ...(hasKey && { 'Idempotency-Key': 'issue-1' }) }
  const taken = takesFile && { upload: { prefix: 'in/', maxBytes: maxFileBytes } }
  const object = taken ? taken : folder ? { key: 'film/index.m3u8', media: 'folder' } : { key: 'report.pdf' }
  const event = proxyEvent('POST', '/links', {
    headers,
    body: {
      ...object,
      expiresIn,
      receipt,
      urlSeconds,
      ...(bind !== 'device' && { bind }),
      ...(maxTries !== undefined && { passphrase, maxTries }),
      ...(uses !== undefined && { uses }),
      ...(deletesFile && { deleteFile: true }),
    },
  })
  const api = apiOf(world)
  for (let attempts = 0; attempts < 4; attempts += 1) {
    const { statusCode, body } = await api(event)
    if (statusCode === 201) {
      const { id, url, expiresAt } = JSON.parse(body) as { id: string; url: string; expiresAt: string }
      network.note({ kind: 'issued', id })
      return { id, nonce: url.slice(url.lastIndexOf('/') + 1), expiresAt: Date.parse(expiresAt) / 1000 }
    }
    await time.pause(1000)
  }
  return undefined
}

/** Revokes the link at the real api, used or not; tries again after `503`, three times in all. */
export async function revokeLink(world: World, { id }: IssuedLink): Promise<void> {
  const api = apiOf(world)
  const { scenario, events } = world
  // Of a link that takes a file, the response doesn't say it.
  const isUsed = (status: number) =>
    scenario.takesFile
      ? events.some(each => each.kind === 'executed' && each.verb === 'consume' && each.applied)
      : status === 200
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const { statusCode } = await api(proxyEvent('DELETE', `/links/${id}`))
    if (statusCode === 204 || statusCode === 200) world.network.note({ kind: 'revoked', used: isUsed(statusCode) })
    if (statusCode !== 503) return
    await world.time.pause(300)
  }
}

/** Runs the real sweeper once. */
export async function sweepTable(world: World): Promise<void> {
  const { time, network, subject } = world
  const sweepings = subject.product.sweepings('links', dynamodbOver(regional, network), simulatedRegions[0])
  const ports = { clock: time, random: () => 0, expiredItems: sweepings, log: () => undefined }
  await subject.product.sweep(ports, (time.now() + 60_000) as EpochMs).catch(() => undefined)
}

/** Restores a backup as the runbook says: retires the slot, waits as long as an edge may keep old keys, restores. */
export async function restore({ time, network, store, secret, subject }: World, restoreAt: number): Promise<void> {
  const restoreBackup = store.backup()
  await time.pause(restoreAt)
  if (subject.bumpsSlot) secret.text = secretWithNewSlot
  await time.pause(16 * 60_000)
  restoreBackup()
  network.note({ kind: 'restored' })
}

const secretWithNewSlot = JSON.stringify({
  ...(JSON.parse(testSecret) as object),
  mac: { current: 3, slots: { 3: Buffer.alloc(32, 0x33).toString('base64') } },
})

/** Makes the real api, by default in a function that doesn't die, without records of before. */
export function apiOf(
  world: World,
  { sender, idempotency }: { readonly sender?: Sender; readonly idempotency?: IdempotencyStore } = {},
): ApiHandler {
  const { time, network, subject, deployment } = world
  const { schedules } = world.files
  const dynamodb = dynamodbOver(sender ?? regional, network)
  const [links, listings] = [subject.product.links('links', dynamodb), dynamodbLinkLists('links', dynamodb)]
  const apiState = { idempotency: idempotency ?? memoryIdempotencyStore(), quota: memoryQuota() }
  const [random, objects] = [randomIn(world), memoryObjects()]
  const ports = { clock: time, random, keyring: testKeyring, links, schedules, listings, objects, ...apiState }
  return subject.product.createApi({ ...ports, log: () => undefined }, deployment, simulatedRegions[0])
}
