import { Stack } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type { IConstruct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { useless } from '../existing/existing.ts'

/** The id of what is added below a distribution. */
export const addedId = 'OnceAtEdge'

/** Settings of the hosts of our own distributions, which say nothing about one of yours. */
const ofOwnHosts = ['certificateArn', 'hostedZoneId', 'hostedZoneName'] as const

/** Throws if these settings can't be met with a distribution of yours. */
export function refuseSettings({ settings, existing }: DeploymentProps): void {
  if (existing?.logBucket !== undefined) {
    throw useless('accessLogBucket', 'a distribution of yours has logs of yours', 'with createDistribution()')
  }
  if (settings.deliveryProof) {
    throw new OnceAtEdgeError('delivery-proof-of-distribution', {
      problem: 'a distribution has one source of access logs, and that of a distribution of yours is yours',
      got: 'deliveryProof: true beside addTo',
      allowed: 'deliveryProof: false with addTo, or createDistribution()',
    })
  }
  const ofLinks = ['domainName', ...(settings.sendPage?.domainName === undefined ? ofOwnHosts : [])] as const
  const given = ofLinks.filter(name => settings[name] !== undefined)
  if (given.length > 0) {
    throw new OnceAtEdgeError('host-of-distribution', {
      problem: 'the distribution has its own host and certificate',
      got: `${given.join(', ')} beside addTo`,
      allowed:
        'domainNames and certificate of the distribution; addTo(distribution, { host }) says which of its hosts links have',
    })
  }
  if (settings.plan === undefined) return
  throw new OnceAtEdgeError('plan-of-distribution', {
    problem: 'a flat-rate plan is subscribed for a distribution of OnceAtEdge only',
    got: `plan: ${settings.plan} beside addTo`,
    allowed: 'no plan with addTo, or createDistribution()',
  })
}

/**
 * Returns the resource of a distribution of this app. Throws for one that is imported: its behaviours can't be changed, and what is in
 * its place can't be checked.
 */
export function resourceOf(distribution: cloudfront.IDistribution): cloudfront.CfnDistribution {
  const { defaultChild } = distribution.node
  if (defaultChild !== undefined && cloudfront.CfnDistribution.isCfnDistribution(defaultChild)) return defaultChild
  throw new OnceAtEdgeError('imported-distribution', {
    problem: 'behaviours can be added only to a Distribution that this app defines',
    got: `${distribution.node.path}, which is imported`,
    allowed: [
      'define the distribution in this app (`cdk import` adopts it as it is), then addTo;',
      'or createDistribution(), which has a host of its own.',
      'By hand, the imported distribution would need the behaviours that createDistribution() makes,',
      `and in the policy of the content bucket the statement ${JSON.stringify(statementFor(distribution))}`,
    ].join(' '),
  })
}

/** The statement by which a distribution may read a bucket; BUCKET and ACCOUNT are for the reader to fill in. */
function statementFor({ distributionId }: cloudfront.IDistribution): object {
  return {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: 'arn:aws:s3:::BUCKET/*',
    Condition: { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::ACCOUNT:distribution/${distributionId}` } },
  }
}

/** Throws if another construct has added its behaviours to a distribution. */
export function refuseSecond({ node }: IConstruct): void {
  if (node.tryFindChild(addedId) === undefined) return
  throw new OnceAtEdgeError('distribution-in-use', {
    problem: 'all links of a distribution are below /d/, so they are those of one OnceAtEdge',
    got: `${node.path}, to which another OnceAtEdge has added its links`,
    allowed: 'a distribution for each OnceAtEdge',
  })
}

/**
 * Throws if the stack of the distribution and that of the construct would need each other: in us-east-1 the construct's stack has the
 * edge function, which the distribution needs, and what needs the distribution.
 */
export function refuseCycle(once: IConstruct, distribution: IConstruct, edge: IConstruct): void {
  const stack = Stack.of(once)
  if (Stack.of(distribution) === stack || Stack.of(edge) !== stack) return
  throw new OnceAtEdgeError('distribution-stack', {
    problem: 'the stacks of OnceAtEdge and of the distribution would depend on each other',
    got: `${once.node.path} in stack ${stack.stackName}, the distribution in ${Stack.of(distribution).stackName}`,
    allowed: 'OnceAtEdge in the stack of the distribution, or in a stack of the first home Region other than us-east-1',
  })
}
