import { Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { expect, test } from 'vitest'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import { emptyApp } from './constructed.ts'
import { statementsOf, textOf } from './stacks.ts'

const uploadActions = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject']

/** Deploys privately, and then grants; returns below which keys the role of uploads may put files, and the endpoint of S3 lets it. */
function uploadsAfter(grant: (once: OnceAtEdge, role: (id: string) => iam.Role) => void) {
  const stack = new Stack(emptyApp(), 'Site', { env: { region: 'us-east-1', account: '111122223333' } })
  const once = new OnceAtEdge(stack, 'Once', {
    network: 'private',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
  })
  once.createDistribution()
  grant(once, id => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }))
  return ['AWS::IAM::Policy', 'AWS::EC2::VPCEndpoint'].map(type => {
    const statements = statementsOf(stack, type).filter(({ Action }) =>
      [Action].flat().includes('s3:AbortMultipartUpload'),
    )
    expect(statements.map(({ Action }) => (Action as string[]).toSorted())).toEqual([uploadActions])
    return statements.flatMap(({ Resource }) => [Resource].flat().map(each => textOf(each).replace(/^.*-an\//, '')))
  })
}

test.each<[string, Parameters<typeof uploadsAfter>[0], readonly string[]]>([
  ['without issuers, below every key', () => undefined, ['*']],
  [
    'with issuers, below the prefixes of those that may upload, spelled so that IAM replaces nothing',
    ({ grants }, role) => {
      grants.upload(role('Reports'), { issuer: 'reports', prefixes: ['reports/', '${a}/'] })
      grants.upload(role('Orders'), { prefixes: ['orders/', 'reports/'] })
      grants.issue(role('Films'), { prefixes: ['films/'] })
      grants.read(role('Reader'), { issuer: 'reports', prefixes: ['secret/'] })
    },
    ['reports/*', '${$}{a}/*', 'orders/*'],
  ],
  [
    'where issuers may not upload, nowhere',
    ({ grants }, role) => {
      grants.issue(role('Reports'), { prefixes: ['reports/'] })
      grants.admin(role('Admin'))
    },
    [''],
  ],
])('the function of uploads may put files, %s', (_, grant, expected) => {
  expect(uploadsAfter(grant)).toEqual([expected, expected])
})
