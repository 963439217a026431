import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type { IConstruct } from 'constructs'
import type { DeploymentProps } from '../deployment-props.ts'
import type { Edge } from '../resources/edge.ts'
import type { ServedBy } from '../serving.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { AddedBehaviours, type Content } from './added-behaviours.ts'
import type { AddToOptions } from './options.ts'
import { linkHostOf } from './link-host.ts'
import { servedFrom } from './served-from.ts'
import { refuseCycle, refuseSecond, refuseSettings, resourceOf } from './refused-settings.ts'

/** What `addTo` needs of the construct. */
export interface Addable extends IConstruct {
  readonly deployment: DeploymentProps
  readonly edge: Edge
  readonly content: Content
  useDistribution(servedBy: ServedBy): void
}

/**
 * Adds the behaviours of links and files to a distribution. Throws an `OnceAtEdgeError` for a distribution or settings with which this
 * can't work; what may change until the end of the synthesis is checked then.
 */
export function addTo(once: Addable, distribution: cloudfront.Distribution, options: AddToOptions): AddedBehaviours {
  const resource = resourceOf(distribution)
  const { deployment, edge, content } = once
  if (options.prefixes !== undefined && !Array.isArray(options.prefixes)) throw noList(options.prefixes)
  refuseSettings(deployment)
  refuseSecond(distribution)
  refuseCycle(once, distribution, edge)
  const local = { linkHost: linkHostOf(resource, options.host), distributionId: distribution.distributionId }
  const added = new AddedBehaviours(distribution, { ...deployment, edge, content, prefixes: options.prefixes })
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
