import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'
import type { DeploymentProps } from './deployment-props.ts'
import { OnceAtEdgeError } from './errors.ts'
import { edgeIn } from './add-to/edge-in.ts'
import { AccessLogs } from './resources/access-logs.ts'
import { DownloadDistribution } from './resources/distribution.ts'
import { edgeStackRegion, type Settings } from './settings.ts'
import type { Parts } from './stacks/parts.ts'

/**
 * Creates a distribution that serves nothing but links and files, in the stack of `scope`, with its access logs and the subscription of
 * its plan. Throws an `OnceAtEdgeError` if a setting is possible in us-east-1 only and the stack is elsewhere.
 */
export function createOwnDistribution(
  scope: Construct,
  { settings, names }: DeploymentProps,
  parts: Parts,
): Distribution {
  const isNear = Stack.of(scope).region === edgeStackRegion
  if (!isNear) refuseElsewhere(settings)
  const { edge } = parts.edgePart
  const within = isNear ? edge : scope
  const props = { settings, names, ...edgeIn(within, edge, settings) }
  const { distribution } = new DownloadDistribution(within, 'Downloads', props)
  if (settings.accessLogs) {
    new AccessLogs(within, 'AccessLogs', {
      name: names.edgeFunction,
      bucketName: names.accessLogBucket,
      distribution,
      retentionDays: settings.logRetentionDays,
    })
  }
  new CfnOutput(scope, 'DistributionDomain', { value: distribution.distributionDomainName })
  // Links of an api in the same stack can be opened when it is there.
  for (const { api } of parts.regions.values()) {
    if (api !== undefined && Stack.of(api) === Stack.of(distribution)) api.node.addDependency(distribution)
  }
  parts.addPlan(distribution.distributionArn)
  return distribution
}

/** Refuses what a distribution needs in us-east-1, where its stack is not. */
function refuseElsewhere({ accessLogs, domainName, certificateArn }: Settings): void {
  const allowed = (fix: string) => `${fix}, or a stack in ${edgeStackRegion}`
  if (accessLogs) {
    throw new OnceAtEdgeError('access-logs-region', {
      problem: `CloudFront delivers logs from ${edgeStackRegion} only`,
      got: 'accessLogs: true in a stack of another Region',
      allowed: allowed('accessLogs: false'),
    })
  }
  if (domainName !== undefined && certificateArn === undefined) {
    throw new OnceAtEdgeError('certificate-region', {
      problem: `CloudFront takes certificates of ${edgeStackRegion} only`,
      got: `domainName: '${domainName}' without a certificate in a stack of another Region`,
      allowed: allowed('`certificate`'),
    })
  }
}
