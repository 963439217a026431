import { Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { expect, test } from 'vitest'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { addDeployment } from '../../../infra/app/own-stack.ts'
import { missingNag2, nagFindings } from '../../support/construct/nag.ts'
import { combinations } from '../../support/infra/combinations.ts'
import { withZones } from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp } from './constructed.ts'

if (missingNag2 !== undefined) console.warn(`\nSKIPPED: what cdk-nag 2 finds, because ${missingNag2}\n`)

/** An app with a bucket of its own behind the construct. The bucket's stack is another one if `bucketRegion` is given. */
function withBucket(bucketRegion?: string, props: OnceAtEdgeProps = {}, flags: Record<string, unknown> = {}) {
  const app = emptyApp(flags)
  const stack = new Stack(app, 'Site', { env: { region: 'us-east-1', account: '111122223333' } })
  const env = { account: '111122223333', region: bucketRegion ?? 'us-east-1' }
  const files = bucketRegion === undefined ? stack : new Stack(app, 'Files', { env })
  const bucket = new Bucket(files, 'Documents', {
    encryption: BucketEncryption.KMS,
    encryptionKey: new Key(files, 'Key', { enableKeyRotation: true }),
    enforceSSL: true,
    versioned: true,
    serverAccessLogsPrefix: 'self/',
  })
  const once = constructIn(app, 'us-east-1', { scope: stack, content: { bucket, uploads: true }, ...props })
  once.createDistribution()
  const issuer = new Role(stack, 'Issuer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  for (const verb of ['issue', 'upload'] as const) once.grants[verb](issuer, { prefixes: ['reports/', 'orders/'] })
  return app
}

const all = combinations.filter(([name]) => /^(one Region, public|strong, private), everything$/.test(name))

test.skipIf(missingNag2 !== undefined).each([
  ['files in a bucket of the app, whose name CloudFormation generates', () => withBucket()],
  [
    'an app of cdk init, whose flag lets API Gateway write no logs',
    () => withBucket(undefined, {}, { '@aws-cdk/aws-apigateway:disableCloudWatchRole': true }),
  ],
  ['files in a bucket of another stack and Region', () => withBucket('eu-west-1', { homeRegions: ['eu-west-1'] })],
  ...all.map(([name, settings]) => {
    const make = () => {
      const app = emptyApp()
      addDeployment(app, withZones(settings))
      return app
    }
    return [name, make] as const
  }),
] as const)('cdk-nag 2 and 3 find nothing that has no reason: %s', (_, make) => {
  expect(nagFindings(make())).toEqual({ three: [], two: [] })
})
