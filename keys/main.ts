import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Context as Invocation } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { assert } from '../shared/errors.ts'
import { cloudfrontBy } from './adapters/cloudfront.ts'
import { kmsIn } from './adapters/kms.ts'
import { logLine, systemClock } from './adapters/process.ts'
import { secretIn } from './adapters/secrets-manager.ts'
import { handleResourceEvent, type Resource, type ResourceEvent } from './custom-resource.ts'
import { invalidateLinks as invalidate, type InvalidateLinksEvent, type LinksInvalidated } from './invalidate-links.ts'
import type { KeysContext } from './ports.ts'
import { retireDaily } from './retirement.ts'
import { rotate, type RotationEvent } from './rotation.ts'

/** The deployment's configuration, which the bundler inlines here. */
declare const DEPLOYMENT: Deployment

const deployment = DEPLOYMENT
/** Region of the secret's primary and of CloudFront's API: us-east-1. */
const region = process.env['AWS_REGION'] ?? 'us-east-1'
const kmsKeyId = deployment.signer === 'kms' ? process.env['KMS_KEY_ID'] : undefined
assert(deployment.signer === 'secret' || kmsKeyId, 'set KMS_KEY_ID to the KMS key that signs')

const context: KeysContext = {
  deployment,
  kmsKeyId,
  ports: {
    clock: systemClock,
    random: randomBytes,
    keyPair: () =>
      generateKeyPairSync('ec', {
        namedCurve: 'prime256v1',
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      }),
    cloudfront: cloudfrontBy({ region }),
    secret: secretIn(region, deployment.secretName),
    kms: kmsIn({ region }),
    log: logLine,
  },
}

/** The function of the custom resource that creates a deployment's keys: `onEvent` of the CDK's provider framework. */
export function customResource(event: ResourceEvent, invocation: Invocation): Promise<Resource> {
  return handleResourceEvent(event, context, () => invocation.getRemainingTimeInMillis())
}

/** The secret's rotation function. */
export function rotation(event: RotationEvent, invocation: Invocation): Promise<void> {
  return rotate(event, context, () => invocation.getRemainingTimeInMillis())
}

/** The function that a schedule runs once a day. */
export function retirement(): ReturnType<typeof retireDaily> {
  return retireDaily(context)
}

/** The function that an operator invokes with `{"invalidateLinks": true}` before a backup is restored. */
export function invalidateLinks(event: InvalidateLinksEvent): Promise<LinksInvalidated> {
  return invalidate(event, context)
}
