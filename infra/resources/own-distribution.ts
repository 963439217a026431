import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { edgeIn } from './edge-in.ts'
import { hasDistributionLog } from '../placement/placement.ts'
import { AccessLogs } from './access-logs.ts'
import { LogReader } from './log-reader.ts'
import { DownloadDistribution } from './distribution.ts'
import { checkPageOrigins } from '../settings/page-origins.ts'
import { edgeStackRegion, type Settings } from '../settings/settings.ts'
import type { Parts } from '../stacks/parts.ts'

/**
 * Creates a distribution that serves nothing but links and files, in the stack of `scope`, with its access logs and the subscription of
 * its plan. Throws an `OnceAtEdgeError` if a setting is possible in us-east-1 only and the stack is elsewhere.
 */
export function createOwnDistribution(
  scope: Construct,
  { settings, names, existing }: DeploymentProps,
  parts: Parts,
): Distribution {
  checkPageOrigins(settings, settings.domainName)
  const isNear = Stack.of(scope).region === edgeStackRegion
  if (!isNear) refuseElsewhere(settings)
  const { edge } = parts.edgePart
  const within = isNear ? edge : scope
  const props = { settings, names, existing, ...edgeIn(within, edge, settings) }
  const { distribution } = new DownloadDistribution(within, 'Downloads', props)
  if (hasDistributionLog(settings)) {
    const { queue } = settings.deliveryProof ? new LogReader(within, 'Deliveries', { settings, names }) : {}
    new AccessLogs(within, 'AccessLogs', { settings, names, existing, distribution, queue })
  }
  new CfnOutput(scope, 'DistributionDomain', { value: distribution.distributionDomainName })
  // Links of an api in the same stack can be opened when it is there.
  for (const { api } of parts.regions.values()) {
    if (api !== undefined && Stack.of(api) === Stack.of(distribution)) api.waitFor(distribution)
  }
  parts.addPlan(distribution.distributionArn)
  return distribution
}

/** Refuses what a distribution needs in us-east-1, where its stack is not. */
function refuseElsewhere({ accessLogs, deliveryProof, domainName, certificateArn }: Settings): void {
  const allowed = (fix: string) => `${fix}, or a stack in ${edgeStackRegion}`
  if (accessLogs || deliveryProof) {
    const setting = accessLogs ? 'accessLogs' : 'deliveryProof'
    throw new OnceAtEdgeError('access-logs-region', {
      problem: `CloudFront delivers logs from ${edgeStackRegion} only`,
      got: `${setting}: true in a stack of another Region`,
      allowed: allowed(`${setting}: false`),
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
