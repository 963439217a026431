import { CfnOutput, Fn, Stack, Token } from 'aws-cdk-lib'
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import type { Construct, IConstruct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { checkPageOrigins } from '../settings/page-origins.ts'
import type { Edge } from '../resources/edge.ts'
import type { ServedBy } from '../placement/serving.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { AddedBehaviours } from './added-behaviours.ts'
import type { AddToOptions } from './options.ts'
import { refuseCycle, refuseSecond, refuseSettings, resourceOf } from './refused-settings.ts'

/** What `addTo` needs of the construct. */
export interface Addable extends IConstruct {
  readonly deployment: DeploymentProps
  readonly edge: Edge
  readonly bucket: IBucketRef
  useDistribution(servedBy: ServedBy): void
}

/**
 * Adds the behaviours of links and files to a distribution. Throws an `OnceAtEdgeError` for a distribution or settings with which this
 * can't work; what may change until the end of the synthesis is checked then.
 */
export function addTo(once: Addable, distribution: cloudfront.Distribution, options: AddToOptions): AddedBehaviours {
  const resource = resourceOf(distribution)
  const { deployment, edge, bucket } = once
  if (options.prefixes !== undefined && !Array.isArray(options.prefixes)) throw noList(options.prefixes)
  refuseSettings(deployment)
  refuseSecond(distribution)
  refuseCycle(once, distribution, edge)
  const local = { linkHost: linkHostOf(resource, options.host), distributionId: distribution.distributionId }
  checkPageOrigins(deployment.settings, local.linkHost)
  const added = new AddedBehaviours(distribution, { ...deployment, edge, bucket, prefixes: options.prefixes })
  once.useDistribution({ distribution, ...servedFrom(once, added, local), contentPrefixes: added.prefixes })
  return added
}

/** Node.js runs an app in TypeScript without a look at its types. */
function noList(prefixes: unknown): OnceAtEdgeError {
  return new OnceAtEdgeError('prefix', {
    problem: 'the prefixes of addTo are no list',
    got: JSON.stringify(prefixes),
    allowed: "a list, such as ['reports/']",
  })
}

/**
 * Returns the host of links: `host`, or else the first alternate domain name of a distribution, or else its own domain name. Throws if
 * viewers of that host don't reach the distribution.
 */
function linkHostOf(resource: cloudfront.CfnDistribution, host?: string): string {
  const { aliases = [] } = resource.distributionConfig as cloudfront.CfnDistribution.DistributionConfigProperty
  const [first] = aliases
  const wanted = host ?? first
  if (wanted === undefined) return resource.attrDomainName
  if (Token.isUnresolved(wanted)) return wanted
  const isReached =
    Token.isUnresolved(aliases) || aliases.some(alias => Token.isUnresolved(alias) || covers(alias, wanted))
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(wanted) && isReached) return wanted
  throw new OnceAtEdgeError('host', {
    problem: 'links need a host that the distribution has',
    got: JSON.stringify(wanted),
    allowed: `a host name in lower case, out of the distribution's domainNames: ${aliases.join(', ') || 'it has none'}`,
  })
}

/** Returns whether an alternate domain name, which may begin with `*.`, is for this host (CloudFront, "Using wildcards in alternate domain names"). */
function covers(alias: string, host: string): boolean {
  return alias === host || (alias.startsWith('*.') && host.endsWith(alias.slice(1)))
}

/** What is known of a distribution in its own stack. */
type Local = Pick<ServedBy, 'linkHost'> & { readonly distributionId: string }

/**
 * Returns the same for the stack of the construct, `once`. If that is another than the stack of `scope`, beside the distribution, it
 * reads outputs by weak references, and is deployed after it. The output with the origin of links is in the stack of the distribution,
 * because AWS refuses such references in outputs (CloudFormation, "Fn::GetStackOutput").
 */
function servedFrom(once: IConstruct, scope: Construct, local: Local): Local & Pick<ServedBy, 'isElsewhere'> {
  const from = Stack.of(scope)
  const to = Stack.of(once)
  if (from === to) return local
  if (Token.isUnresolved(from.region)) {
    throw new OnceAtEdgeError('distribution-region', {
      problem: 'another stack must know where to read what the stack of the distribution has',
      got: `stack ${from.stackName} without a Region`,
      allowed: "a stack with `env: { region: '...' }`, in the account of OnceAtEdge",
    })
  }
  to.addStackDependency(from)
  new CfnOutput(scope, 'LinkOrigin', { value: `https://${local.linkHost}` })
  const read = (id: string, value: string) => {
    if (!Token.isUnresolved(value)) return value
    const { logicalId } = new CfnOutput(scope, id, { value })
    return Fn.getStackOutput(from.stackName, logicalId, from.region)
  }
  return {
    linkHost: read('LinkHost', local.linkHost),
    distributionId: read('DistributionId', local.distributionId),
    isElsewhere: true,
  }
}
