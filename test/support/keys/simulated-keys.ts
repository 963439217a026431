import { randomBytes } from 'node:crypto'
import { newKeyPair } from '../../../jobs/keys/adapters/key-pair.ts'
import { handleResourceEvent, type ResourceEvent } from '../../../jobs/keys/custom-resource.ts'
import { invalidateLinks } from '../../../jobs/keys/mac-rotation.ts'
import type { KeysContext } from '../../../jobs/keys/ports.ts'
import { retireDaily } from '../../../jobs/keys/retirement.ts'
import { rotate } from '../../../jobs/keys/rotation.ts'
import { assert } from '../../../shared/errors.ts'
import { type Deployment, parseDeployment } from '../../../shared/settings/deployment.ts'
import { parseKeys } from '../../../shared/secrets/keys.ts'
import { manualClock } from '../machine/clock.ts'
import { type Choices, replayed } from '../../proof/simulation/choices.ts'
import { simulatedCloudFront } from './simulated-cloudfront.ts'
import { simulatedSecret } from './simulated-secret.ts'

/** Returns a deployment for the keys functions. `fields` replaces some of its fields. */
export function keysDeployment(fields: Partial<Deployment> = {}): Deployment {
  return parseDeployment({
    mode: 'home',
    homeRegions: ['us-east-1', 'eu-west-1'],
    linksTable: 'once-links',
    apiStateTable: 'once-api-state',
    secretName: 'once-keys',
    gate: false,
    ...fields,
  })
}

/** Without accidents: the shortest times, and what is likely happens. */
const calm: Choices = {
  ...replayed([]),
  chance: share => share > 0.5,
  bytes: length => randomBytes(length),
}

/** Enough time for every wait. */
const plenty = () => 10 * 60_000

/** The four steps of a rotation. */
export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Returns the keys functions on simulated services without accidents, where each change is everywhere at once, and on a
 * clock that the test moves: each pause advances it.
 */
export function simulatedKeys(fields: Partial<Deployment> = {}) {
  const clock = manualClock()
  const time = { now: clock.now, pause: clock.pause, after: (_: number, act: () => void) => (act(), () => undefined) }
  const service = simulatedCloudFront(time, calm)
  const stored = simulatedSecret(['us-east-1', 'eu-west-1'], { time, dice: calm, abandons: false })
  const [cloudfront, secret] = [service.api, stored.api]
  const lines: object[] = []
  const log = (line: object) => void lines.push(line)
  const ports = { clock, random: randomBytes, keyPair: newKeyPair, cloudfront, secret, log }
  const context: KeysContext = { deployment: keysDeployment(fields), keySpec: 'P-256', ports }
  /** Text of AWSCURRENT. */
  const current = () => stored.textIn('us-east-1')
  const here = {
    clock,
    context,
    cloudfront,
    secret,
    lines,
    current,
    keys: () => parseKeys(current()),
    /** Ids of the public keys in the deployment's key group. */
    inGroup: async () => (await cloudfront.keyGroup('once'))?.keyIds ?? [],
    hours: (count: number) => clock.advance(count * 3_600_000),
    deploy: (event: ResourceEvent = { RequestType: 'Create' }) => handleResourceEvent(event, context, plenty),
    /** Deploys for the first time, after which a distribution trusts the key group. */
    async deployed() {
      const { Data } = await here.deploy()
      service.trust(Data?.KeyGroupId ?? '')
      here.hours(1)
    },
    /** Begins a rotation as Secrets Manager does. Returns its token. */
    beginRotation() {
      const token = stored.beginRotation()
      assert(token, 'the rotation before has ended')
      return token
    },
    step: (Step: string, token: string, timeLeft = plenty) =>
      rotate({ Step, SecretId: 'once-keys', ClientRequestToken: token }, context, timeLeft),
    /** Takes all steps of a rotation. Returns its token. */
    async rotate() {
      const token = here.beginRotation()
      for (const step of steps) await here.step(step, token)
      return token
    },
    retire: () => retireDaily(context),
    invalidateLinks: (event: object = { invalidateLinks: true }) => invalidateLinks(event, context),
  }
  return here
}
