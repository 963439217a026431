import { randomBytes } from 'node:crypto'
import { cloudfrontBy } from '../../../keys/adapters/cloudfront.ts'
import { kmsIn } from '../../../keys/adapters/kms.ts'
import { newKeyPair } from '../../../keys/adapters/process.ts'
import { secretIn } from '../../../keys/adapters/secrets-manager.ts'
import { handleResourceEvent, type ResourceEvent } from '../../../keys/custom-resource.ts'
import { invalidateLinks } from '../../../keys/invalidate-links.ts'
import type { KeysContext } from '../../../keys/ports.ts'
import { retireDaily } from '../../../keys/retirement.ts'
import { rotate } from '../../../keys/rotation.ts'
import { type Deployment, parseDeployment } from '../../../shared/deployment.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { manualClock } from '../../support/clock.ts'
import { controlPlane, versionId } from './control-plane.ts'

/** Returns the deployment of these tests; `fields` replaces some of its fields. */
export function keysDeployment(fields: Partial<Deployment> = {}): Deployment {
  return parseDeployment({
    mode: 'home',
    homeRegions: ['us-east-1', 'eu-west-1'],
    linksTable: 'once-links',
    apiStateTable: 'once-api-state',
    secretName: 'once-keys',
    ...fields,
  })
}

/** Enough time for every wait. */
const plenty = () => 10 * 60_000

const hourMs = 3_600_000

/** The four steps of a rotation. */
export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

/**
 * Returns the handlers with their real adapters, on stand-ins of AWS and a clock that the test moves: each pause
 * advances it by the requested time.
 */
export async function onControlPlane(fields: Partial<Deployment> = {}, kmsKeyId?: string) {
  const clock = manualClock()
  const aws = await controlPlane(() => clock.now())
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const config = { region: 'us-east-1', endpoint: aws.origin, credentials }
  const lines: object[] = []
  const context: KeysContext = {
    deployment: keysDeployment(fields),
    kmsKeyId,
    keySpec: 'P-256',
    ports: {
      clock,
      random: randomBytes,
      keyPair: newKeyPair,
      cloudfront: cloudfrontBy(config),
      secret: secretIn('us-east-1', 'once-keys', config),
      kms: kmsIn(config),
      log: line => void lines.push(line),
    },
  }
  let rotations = 0
  const current = () => aws.secrets.versions.get(aws.secrets.holder('AWSCURRENT') ?? '')?.text ?? ''
  const here = {
    aws,
    clock,
    context,
    lines,
    /** Text of AWSCURRENT. */
    current,
    keys: () => parseKeys(current()),
    /** Ids of the public keys in the deployment's key group. */
    inGroup: () => [...aws.cloudfront.groups.values()].find(({ name }) => name === 'once')?.items ?? [],
    hours: (count: number) => clock.advance(count * hourMs),
    deploy: (event: ResourceEvent = { RequestType: 'Create' }) => handleResourceEvent(event, context, plenty),
    /** Deploys for the first time, after which a distribution trusts the key group. */
    async deployed() {
      const { Data } = await here.deploy()
      aws.cloudfront.distributions.set('D1', { groupId: Data?.KeyGroupId ?? '', status: 'Deployed' })
      here.hours(1)
    },
    /** Begins a rotation as Secrets Manager does. Returns its token. */
    beginRotation() {
      rotations += 1
      aws.secrets.make(versionId(rotations), undefined, 'AWSPENDING')
      return versionId(rotations)
    },
    step: (Step: string, token: string, timeLeft = plenty) =>
      rotate(
        {
          Step,
          SecretId: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:once-keys-a1B2c3',
          ClientRequestToken: token,
        },
        context,
        timeLeft,
      ),
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
