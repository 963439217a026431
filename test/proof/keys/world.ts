import { type Deployment, parseDeployment } from '../../../shared/deployment.ts'
import type { Keyring } from '../../../shared/keys.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { noon } from '../../support/links.ts'
import { type VirtualTime, virtualTime } from '../simulation/virtual-time.ts'
import { type Dice, diceOf } from './dice.ts'
import { type SimulatedCloudFront, simulatedCloudFront } from './simulated-cloudfront.ts'
import { type Counts, type Lambda, simulatedLambda } from './simulated-lambda.ts'
import { type SimulatedSecret, simulatedSecret } from './simulated-secret.ts'
import type { Subject } from './subject.ts'

/** Where the secret is, the primary first, and where edges and apis run. */
export const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const

/** Units of virtual time, in milliseconds. */
export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** How often what happened in a life. */
export interface Tally extends Counts {
  rotations: number
  failedRotations: number
  rollbacks: number
  restores: number
  /** Public keys that left the key group. */
  removedKeys: number
  /** Values that came into force with another current MAC key than the one before. */
  macSwitches: number
  urls: number
  fetches: number
  nonces: number
  verifications: number
  /** Requests that were refused because there were no keys young enough. */
  closed: number
}

/** An edge or an api: one process that keeps keys. */
export interface Process {
  readonly region: string
  keyring: Keyring
  /** Until when it reaches no Secrets Manager. */
  cutUntil: number
}

/** A link that somebody has. */
export interface Minted {
  readonly nonce: Nonce
  readonly expiresAt: number
  /** A restore has killed it. */
  isDead: boolean
}

/** Everything there is in one life. */
export interface World {
  readonly subject: Subject
  readonly time: VirtualTime
  readonly dice: Dice
  readonly cloudfront: SimulatedCloudFront
  readonly secret: SimulatedSecret
  readonly lambda: Lambda
  readonly deployment: Deployment
  readonly processes: readonly Process[]
  readonly minted: Set<Minted>
  readonly counts: Tally
  /** The last things that happened. */
  readonly story: string[]
  /** Promises that were broken. The life ends with the first. */
  readonly violations: string[]
  /** When the last restore was, and how many are not known everywhere yet: until then apis issue links that are dead. */
  restoredAt: number
  restoresUnknown: number
  isOver: boolean
}

/** A world in which nothing has happened yet. */
export function newWorld(subject: Subject, seed: number): World {
  const dice = diceOf(seed)
  const time = virtualTime(noon)
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: regions,
    linksTable: 'links',
    apiStateTable: 'answers',
    secretName: 'once-keys',
    linkSeconds: 600,
    maxLinkSeconds: dice.pick([3600, 86_400, 7 * 86_400]),
  })
  const cloudfront = simulatedCloudFront(time, dice)
  const secret = simulatedSecret(regions, { time, dice, abandons: dice.chance(0.5) })
  const counts = noCounts()
  const share = dice.pick([0.0005, 0.003, 0.01])
  const accidents = { deaths: share, failures: share, lostAnswers: share, stalls: share }
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
    story: [],
    violations: [],
    restoredAt: 0,
    restoresUnknown: 0,
    isOver: false,
  }
  for (const process of world.processes) restart(process, world)
  return world
}

function noCounts(): Tally {
  return {
    deaths: 0,
    failures: 0,
    lostAnswers: 0,
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
    closed: 0,
  }
}

/** A process of the same place that has no keys yet. */
export function restart(process: Process, { subject, time, dice, secret }: World): void {
  const nearestFirst = [process.region, ...regions.filter(region => region !== process.region)]
  const sources = nearestFirst.map(region => async () => {
    await time.pause(dice.between(5, 200))
    if (time.now() < process.cutUntil) throw new Error('Secrets Manager is out of reach')
    const text = secret.textIn(region)
    await time.pause(dice.between(5, 200))
    return text
  })
  process.keyring = subject.createKeyring(sources, time)
}

/** Notes what happened, for who wants to know why. */
export function tell({ time, story }: World, what: string): void {
  story.push(`${new Date(time.now()).toISOString()} ${what}`)
  if (story.length > 80) story.shift()
}

/** Notes that a promise was broken, and ends the life. */
export function violate(world: World, what: string): void {
  if (world.isOver) return
  tell(world, `VIOLATION ${what}`)
  world.violations.push(`${new Date(world.time.now()).toISOString()} ${what}`)
  world.isOver = true
}

const noKeyring: Keyring = { current: () => Promise.reject(new Error('not started')) }
