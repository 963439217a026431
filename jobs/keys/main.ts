import { randomBytes } from 'node:crypto'
import type { Context as Invocation } from 'aws-lambda'
import { deployment } from '../../shared/aws/deployment.ts'
import { logLine, systemClock } from '../../shared/aws/process.ts'
import { assert } from '../../shared/errors.ts'
import { cloudfrontBy } from './adapters/cloudfront.ts'
import { newKeyPair } from './adapters/key-pair.ts'
import { secretIn } from './adapters/aws.ts'
import { handleResourceEvent, type Resource, type ResourceEvent } from './custom-resource.ts'
import { invalidateLinks as invalidate, type InvalidateLinksEvent, type LinksInvalidated } from './mac-rotation.ts'
import type { KeysContext } from './ports.ts'
import { retireDaily } from './retirement.ts'
import { rotate, type RotationEvent } from './rotation.ts'

/** Region of the secret's primary and of CloudFront's API: us-east-1. */
const region = process.env['AWS_REGION'] ?? 'us-east-1'
const keySpec = process.env['KEY_SPEC'] || 'P-256'
assert(keySpec === 'P-256' || keySpec === 'RSA-2048', `KEY_SPEC: got "${keySpec}", allowed: P-256 or RSA-2048`)

const context: KeysContext = {
  deployment,
  keySpec,
  ports: {
    clock: systemClock,
    random: randomBytes,
    keyPair: newKeyPair,
    cloudfront: cloudfrontBy({ region }),
    secret: secretIn(region, deployment.secretName),
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
