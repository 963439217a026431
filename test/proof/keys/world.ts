import { type Deployment, parseDeployment } from '../../../shared/settings/deployment.ts'
import type { Keyring } from '../../../shared/secrets/keys.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { noon } from '../../support/table/links.ts'
import { type Choices, seeded } from '../simulation/choices.ts'
import { type VirtualTime, virtualTime } from '../simulation/virtual-time.ts'
import { type SimulatedCloudFront, simulatedCloudFront } from '../../support/keys/simulated-cloudfront.ts'
import { type Counts, type Lambda, simulatedLambda } from './simulated-lambda.ts'
import { type SimulatedSecret, simulatedSecret } from '../../support/keys/simulated-secret.ts'
import type { Subject } from './subject.ts'

/** Regions of the secret, the primary first, and of edges and apis. */
export const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const

/** Units of virtual time, in milliseconds. */
export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** Number of events in a simulation, by kind. */
export interface Tally extends Counts {
  rotations: number
  failedRotations: number
  rollbacks: number
  restores: number
  /** Public keys that left the key group. */
  removedKeys: number
  /** Rotations that changed the current MAC key. */
  macSwitches: number
  urls: number
  fetches: number
  nonces: number
  verifications: number
  /** Requests that were refused because there were no keys young enough. */
  withoutKeys: number
}

/** An edge or an api: one process with a keyring. */
export interface Process {
  readonly region: string
  keyring: Keyring
  /** Until when it can't reach Secrets Manager. */
  cutUntil: number
}

/** An issued link. */
export interface Minted {
  readonly nonce: Nonce
  readonly expiresAt: number
  /** True if a restore has invalidated it. */
  isInvalidated: boolean
}

/** State of one simulation. */
export interface World {
  readonly subject: Subject
  readonly time: VirtualTime
  readonly dice: Choices
  readonly cloudfront: SimulatedCloudFront
  readonly secret: SimulatedSecret
  readonly lambda: Lambda
  readonly deployment: Deployment
  readonly processes: readonly Process[]
  readonly minted: Set<Minted>
  readonly counts: Tally
  /** The last events. */
  readonly history: string[]
  /** Promises that were broken. The simulation ends with the first. */
  readonly violations: string[]
  /** Time of the last restore, in milliseconds. */
  restoredAt: number
  /** Number of restores whose keys not all processes have yet. Until then apis may issue invalid links. */
  restoresUnknown: number
  hasEnded: boolean
}

/** Creates the state of a simulation that has not started. */
export function newWorld(subject: Subject, seed: number): World {
  const dice = seeded(seed)
  const time = virtualTime(noon)
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: regions,
    linksTable: 'links',
    apiStateTable: 'api-state',
    secretName: 'once-keys',
    gate: false,
    linkSeconds: 600,
    maxLinkSeconds: dice.pick([3600, 86_400, 7 * 86_400]),
  })
  const cloudfront = simulatedCloudFront(time, dice)
  const secret = simulatedSecret(regions, { time, dice, abandons: dice.chance(0.5) })
  const counts = noCounts()
  const share = dice.pick([0.0005, 0.003, 0.01])
  const accidents = { deaths: share, failures: share, lostResponses: share, stalls: share }
  const services = { cloudfront: cloudfront.api, secret: secret.api }
  const lambda = simulatedLambda(services, deployment, { time, dice, accidents, counts })
  const world: World = {
    subject,
    time,
    dice,
    cloudfront,
    secret,
    lambda,
    deployment,
    counts,
    processes: [...regions, ...regions].map(region => ({ region, keyring: noKeyring, cutUntil: 0 })),
    minted: new Set(),
    history: [],
    violations: [],
    restoredAt: 0,
    restoresUnknown: 0,
    hasEnded: false,
  }
  for (const process of world.processes) restart(process, world)
  return world
}

function noCounts(): Tally {
  return {
    deaths: 0,
    failures: 0,
    lostResponses: 0,
    rotations: 0,
    failedRotations: 0,
    rollbacks: 0,
    restores: 0,
    removedKeys: 0,
    macSwitches: 0,
    urls: 0,
    fetches: 0,
    nonces: 0,
    verifications: 0,
    withoutKeys: 0,
  }
}

/** Restarts a process in its Region, without keys. */
export function restart(process: Process, { subject, time, dice, secret }: World): void {
  const nearestFirst = [process.region, ...regions.filter(region => region !== process.region)]
  const sources = nearestFirst.map(region => async () => {
    await time.pause(dice.between(5, 200))
    if (time.now() < process.cutUntil) throw new Error('Secrets Manager is unreachable')
    const text = secret.textIn(region)
    await time.pause(dice.between(5, 200))
    return text
  })
  process.keyring = subject.createKeyring(sources, time)
}

/** Records an event, to explain a broken promise. */
export function record({ time, history }: World, event: string): void {
  history.push(`${new Date(time.now()).toISOString()} ${event}`)
  if (history.length > 80) history.shift()
}

/** Records that a promise was broken, and ends the simulation. */
export function violate(world: World, violation: string): void {
  if (world.hasEnded) return
  record(world, `VIOLATION ${violation}`)
  world.violations.push(`${new Date(world.time.now()).toISOString()} ${violation}`)
  world.hasEnded = true
}

const noKeyring: Keyring = { current: () => Promise.reject(new Error('not started')) }
