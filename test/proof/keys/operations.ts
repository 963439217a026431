import { forgottenSeconds, parseKeys } from '../../../shared/secrets/keys.ts'
import { isForged, serve } from './traffic.ts'
import { day, hour, minute, regions, record, violate, type World } from './world.ts'

/** Deploys for the first time and repeats until that works. Then a distribution trusts the key group. */
export async function deploy(world: World): Promise<void> {
  const { subject, lambda, cloudfront, time } = world
  for (;;) {
    const event = { RequestType: 'Create' } as const
    const ended = await lambda((context, timeLeft) => subject.handleResourceEvent(event, context, timeLeft))
    record(world, `deployed: ${ended.ok ? 'yes' : String(ended.error)}`)
    if (ended.ok) {
      cloudfront.trust(ended.value.Data?.KeyGroupId ?? '')
      // The distribution is deployed with the group.
      return time.pause(2 * hour)
    }
    await time.pause(20 * minute)
  }
}

/** Repeats the deployment at random times, which must change nothing. */
export async function deployNowAndThen(world: World): Promise<void> {
  const { subject, lambda, time, dice } = world
  while (!world.hasEnded) {
    await time.pause(dice.between(day, 20 * day))
    const event = { RequestType: 'Update', PhysicalResourceId: 'once' } as const
    await lambda((context, timeLeft) => subject.handleResourceEvent(event, context, timeLeft))
  }
}

/** Runs the daily retirement, at any hour. */
export async function retireDaily(world: World): Promise<void> {
  const { time, dice } = world
  while (!world.hasEnded) {
    await time.pause(dice.chance(0.5) ? day : dice.between(hour, 26 * hour))
    await retire(world)
  }
}

/** Runs the retirement once. */
async function retire(world: World): Promise<void> {
  const ended = await world.lambda(context => world.subject.retireDaily(context))
  record(world, `retired: ${ended.ok ? JSON.stringify(ended.value) : String(ended.error)}`)
  if (ended.ok) world.counts.removedKeys += ended.value.removed
}

/** Stops copies of the secret, and cuts processes off from all copies, at random times. */
export async function breakThings(world: World): Promise<void> {
  const { secret, processes, time, dice } = world
  while (!world.hasEnded) {
    await time.pause(dice.between(hour, 12 * day))
    breakSomething()
  }
  function breakSomething(): void {
    if (dice.chance(0.5)) return secret.breakCopy(dice.pick(regions.slice(1)), dice.between(minute, 4 * day))
    dice.pick(processes).cutUntil = time.now() + dice.between(minute, 60 * hour)
  }
}

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Runs one rotation as Secrets Manager does: the four steps, all again if one fails, up to some attempts. An operator
 * removes what an abandoned rotation leaves, before the next rotation.
 */
export async function rotate(world: World): Promise<void> {
  const { secret, time, dice, counts } = world
  if (dice.chance(0.2)) secret.breakCopy(dice.pick(regions.slice(1)), dice.between(minute, 3 * day))
  for (let count = dice.between(0, 2); count > 0; count -= 1) {
    time.after(dice.between(0, dice.pick([15 * minute, 15 * minute, 2 * hour])), () => void strand(world))
  }
  secret.clearPending()
  const token = secret.beginRotation()
  if (token === undefined) return
  const macBefore = parseKeys(secret.textIn(regions[0])).mac.current
  for (let attempt = dice.between(2, 6); attempt > 0 && secret.isPending(token); attempt -= 1) {
    if (await allSteps(token, world)) break
    if (dice.chance(0.02)) await restore(world)
    await time.pause(dice.pick([minute, 20 * minute, 5 * hour, 30 * hour]))
  }
  if (secret.current() !== token) {
    counts.failedRotations += 1
    return
  }
  counts.rotations += 1
  if (parseKeys(secret.textIn(regions[0])).mac.current !== macBefore) counts.macSwitches += 1
}

async function allSteps(token: string, world: World): Promise<boolean> {
  const { subject, lambda, time, dice } = world
  for (const Step of steps) {
    const event = { Step, SecretId: 'once-keys', ClientRequestToken: token }
    if (dice.chance(0.01)) time.after(dice.between(0, 2 * minute), () => void restore(world))
    const invoke = () => lambda((context, timeLeft) => subject.rotate(event, context, timeLeft))
    // Sometimes the same step runs twice at once.
    const twin = dice.chance(0.05) ? invoke() : undefined
    // Sometimes the caller gives up while the step still runs.
    const impatient = dice.chance(0.05)
      ? time.pause(minute).then(() => ({ ok: false, error: 'gave up' }) as const)
      : undefined
    const ended = await Promise.race([invoke(), ...(impatient ? [impatient] : [])])
    await twin
    record(world, `${Step} ${token.slice(-4)}: ${ended.ok ? 'done' : String(ended.error)}`)
    if (!ended.ok) return false
  }
  return true
}

/** Makes the previous version current again by hand, within a day of the switch; never across a restore. */
export async function rollBack(world: World): Promise<void> {
  const { secret, time, dice, counts } = world
  const [from, to = ''] = [secret.current(), secret.previous()]
  await time.pause(dice.between(minute, 20 * hour))
  const madeAt = ((await secret.api.read(to))?.createdAt ?? 0) * 1000
  if (secret.current() !== from || madeAt < world.restoredAt || time.now() > secret.movedAt() + day) return
  await strand(world)
  await secret.api.moveLabel('AWSCURRENT', { from, to })
  record(world, `rolled back to ${to.slice(-4)}`)
  counts.rollbacks += 1
  addTraffic(world)
}

/** Prepares a restore: once every copy has the new keys, all older links must be invalid, and stay invalid. */
export async function restore(world: World): Promise<void> {
  const { subject, lambda, secret, minted, time, counts } = world
  const before = secret.current()
  // A process may read the new keys before the function that made them current has responded.
  world.restoresUnknown += 1
  const ended = await lambda(context => subject.invalidateLinks({ invalidateLinks: true }, context))
  record(world, `restored: ${ended.ok ? 'yes' : String(ended.error)}`)
  // Counts also if the response was lost. A rotation may have switched meanwhile, but its versions have other ids.
  if (secret.current() === before || !/^[0-9a-f]{32}$/.test(secret.current())) {
    world.restoresUnknown -= 1
    return
  }
  counts.restores += 1
  world.restoredAt = time.now()
  const invalidated = [...minted]
  for (const link of invalidated) link.isInvalidated = true
  void watchInvalidated(invalidated.map(({ nonce }) => nonce))

  async function watchInvalidated(nonces: readonly string[]): Promise<void> {
    while (!secret.isEverywhere()) await time.pause(10 * minute)
    await time.pause(forgottenSeconds * 1000)
    world.restoresUnknown -= 1
    for (let round = 0; round < 6; round += 1) {
      for (const process of world.processes) {
        const keys = await process.keyring.current().catch(() => undefined)
        const accepted = keys && nonces.find(nonce => !isForged(nonce, keys))
        if (accepted) violate(world, `${process.region} accepts a link from before the restore`)
      }
      await time.pause(12 * hour)
    }
  }
}

/** Cuts a process off for a day just after it has read the secret: it works until the last minute of its keys. */
async function strand(world: World): Promise<void> {
  const { time, dice } = world
  const process = dice.pick(world.processes)
  await serve(process, world)
  process.cutUntil = Math.max(process.cutUntil, time.now() + dice.between(day, 60 * hour))
  const requests = [
    ...Array.from({ length: 6 }, () => dice.between(minute, day)),
    ...Array.from({ length: 4 }, () => dice.between(23 * hour, day)),
  ]
  for (const request of requests) time.after(request - minute, () => void serve(process, world))
}

/** Adds much traffic for two days after a switch, when most can go wrong. */
export function addTraffic(world: World): void {
  const { time, dice, processes } = world
  // An operator invokes the retirement at once, and again as soon as it could remove a key.
  if (dice.chance(0.3)) {
    const first = dice.between(0, dice.pick([5 * minute, hour]))
    time.after(first, () => void retire(world))
    const earliest = forgottenSeconds * 1000
    time.after(first + earliest + dice.between(0, dice.pick([5 * minute, 2 * hour])), () => void retire(world))
  }
  for (const process of processes) {
    for (let request = 0; request < 6; request += 1) {
      time.after(
        dice.between(0, dice.pick([minute, 10 * minute, 2 * hour, 50 * hour])),
        () => void serve(process, world),
      )
    }
  }
}
