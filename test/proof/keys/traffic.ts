import { type Keys, parseKeys } from '../../../shared/secrets/keys.ts'
import { mintNonce, noFlags, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { pops } from '../../support/keys/simulated-cloudfront.ts'
import { hour, type Minted, minute, type Process, regions, restart, record, violate, type World } from './world.ts'

/** Lets edges sign and apis mint at random times, until the simulation ends. */
export async function work(world: World): Promise<void> {
  const { time, dice, processes } = world
  async function workOf(process: Process): Promise<void> {
    while (!world.hasEnded) {
      await time.pause(dice.between(minute, dice.pick([hour, 36 * hour])))
      if (dice.chance(0.05) && process.cutUntil < time.now()) restart(process, world)
      await serve(process, world)
    }
  }
  await Promise.all(processes.map(workOf))
}

/** Serves one viewer at an edge and perhaps one issuer at an api, with the keys of one process. */
export async function serve(process: Process, world: World): Promise<void> {
  const keys = await process.keyring.current().catch(() => undefined)
  if (keys === undefined) {
    world.counts.withoutKeys += 1
    return
  }
  // The time that the write and the signature may take.
  await world.time.pause(world.dice.between(0, 4000))
  void signUrl(keys, world)
  if (world.dice.chance(0.6)) void mintLink(keys, world)
}

/** Signs a URL, and fetches it until it expires through any edge of CloudFront, whose clock may be late. */
async function signUrl({ signing }: Keys, world: World): Promise<void> {
  const { time, dice, counts } = world
  counts.urls += 1
  const signedAt = time.now()
  const lifeMs = dice.pick([5, 30, 3600, 86_400, 86_400]) * 1000 + 5000
  const instants = [200, dice.between(200, lifeMs), dice.between(200, lifeMs), lifeMs].toSorted((a, b) => a - b)
  for (const instant of instants) {
    await time.pause(signedAt + instant - time.now())
    const pop = dice.between(0, pops - 1)
    counts.fetches += 1
    if (world.cloudfront.knownAt(pop).has(signing.keyPairId)) continue
    const age = Math.round((time.now() - signedAt) / 1000)
    violate(world, `a URL ${age} s old is refused: edge ${pop} doesn't know ${signing.keyPairId}`)
  }
}

/** Mints a link, and opens it until it expires at any edge. */
async function mintLink(keys: Keys, world: World): Promise<void> {
  const { time, dice, counts, minted, deployment } = world
  counts.nonces += 1
  const now = secondsOf(time.now())
  const life = dice.pick([60, 3600, deployment.maxLinkSeconds])
  const expiresAt = plusSeconds(now, Math.min(life, deployment.maxLinkSeconds))
  const nonce = mintNonce({ flags: noFlags, homeRegion: regions[0], expiresAt }, dice.bytes(16), keys.mac)
  const link: Minted = { nonce, expiresAt, isInvalidated: isInvalidFromStart(nonce, world) }
  minted.add(link)
  const lifeMs = expiresAt * 1000 - time.now() - 1
  const instants = [1000, ...[1, 2, 3].map(() => dice.between(1000, lifeMs)), lifeMs].toSorted((a, b) => a - b)
  const mintedAt = time.now()
  for (const instant of instants) {
    await time.pause(mintedAt + instant - time.now())
    if (link.isInvalidated || world.hasEnded) break
    await open(link, world)
  }
  minted.delete(link)
}

async function open(link: Minted, world: World): Promise<void> {
  const edge = world.dice.pick(world.processes)
  const keys = await edge.keyring.current().catch(() => undefined)
  if (keys === undefined) return
  world.counts.verifications += 1
  // As documented, until every process has the keys of a restore, old and new keys refuse each other's links as forged.
  if (link.isInvalidated || world.restoresUnknown > 0 || !isForged(link.nonce, keys)) return
  record(world, `slots at ${edge.region}: ${[...keys.mac.bySlot.keys()].join(',')} current ${keys.mac.current}`)
  violate(
    world,
    `a link with slot ${Buffer.from(link.nonce, 'base64url')[0]! & 15} is refused as forged in ${edge.region}`,
  )
}

/** Returns whether these keys refuse a nonce as forged. */
export function isForged(nonce: string, { mac }: Keys): boolean {
  const parsed = parseNonce(nonce)
  return parsed === undefined || verifyNonce(parsed, mac) === 'forged'
}

/** Returns whether a new link is invalid: after a restore apis issue such links until they have read the new keys. */
function isInvalidFromStart(nonce: string, { restoresUnknown, secret }: World): boolean {
  return restoresUnknown > 0 && isForged(nonce, parseKeys(secret.textIn(regions[0])))
}
