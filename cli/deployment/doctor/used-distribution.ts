import type { Region } from '../../../shared/regions.ts'
import type { Distribution } from '../../ports/aws-cloudfront.ts'
import type { Aws } from '../../ports/ports.ts'
import { isEdgeVersion } from './behaviours.ts'
import type { ConstructUse } from './construct-use.ts'

/**
 * Returns the distribution that serves the links of a construct: of those of its stack, the one that calls the edge function, or the
 * first if none does.
 */
export async function usedDistribution(
  { distribution: { stack, region } }: ConstructUse,
  deployment: string,
  aws: Aws,
): Promise<Distribution | undefined> {
  const all = await aws.stacks.all(region as Region)
  const found = all.find(({ name, status }) => name === stack && status !== 'DELETE_COMPLETE')
  if (found === undefined) return undefined
  const resources = await aws.stacks.resources(found)
  const ids = resources.filter(({ type }) => type === 'AWS::CloudFront::Distribution').map(each => each.physicalId)
  const read = await Promise.all(ids.filter(id => id !== '').map(id => aws.cloudfront.distribution(id)))
  const distributions = read.filter(each => each !== undefined)
  return distributions.find(each => callsEdge(each, deployment)) ?? distributions[0]
}

function callsEdge({ behaviours }: Distribution, deployment: string): boolean {
  return behaviours.some(({ functions }) => functions.some(({ arn }) => isEdgeVersion(arn, deployment)))
}
