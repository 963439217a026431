import type { PhysicalNames } from '../../../infra/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'

const keyPurposes = ['create', 'rotate', 'retire', 'invalidate-links'] as const
const apiPurposes = ['links', 'exchange', 'sweeper', 'events', 'used-links', 'exchange-used-links'] as const

/** The names of all functions that a deployment may have in a Region, but for the edge's. */
export function helperFunctions(names: PhysicalNames, region: Region): readonly string[] {
  const keys = region === edgeStackRegion ? keyPurposes.map(names.keysFunction) : []
  return [...apiPurposes.map(names.apiFunction), ...keys]
}

/**
 * The names of all log groups that a deployment may have in a Region: those of its stacks, and those that AWS makes
 * without being asked. A function's log comes back when it is called after its group is gone; API Gateway logs errors by
 * the id of an API; CloudFront logs bad answers of a function, and Lambda its own, where the edge happens to run.
 */
export function logGroupsOf(
  names: PhysicalNames,
  histories: readonly StackHistory[],
  region: Region,
): ReadonlySet<string> {
  const here = (type: string) =>
    resourcesCreatedBy(histories, [type])
      .filter(made => made.region === region)
      .map(({ physicalId }) => physicalId)
  const distributions = resourcesCreatedBy(histories, ['AWS::CloudFront::Distribution']).map(
    ({ physicalId }) => physicalId,
  )
  return new Set([
    names.edgeLogs,
    `/${names.bus}/api-access`,
    names.logsOf(`us-east-1.${names.edgeFunction}`),
    names.logsOf(names.edgeFunction),
    ...here('AWS::Logs::LogGroup'),
    ...[...helperFunctions(names, region), ...here('AWS::Lambda::Function')].map(names.logsOf),
    ...here('AWS::ApiGateway::RestApi').map(id => `API-Gateway-Execution-Logs_${id}/v1`),
    ...distributions.map(id => `/aws/cloudfront/LambdaEdge/${id}`),
  ])
}

/** What the names of all those begin with. */
export function logPrefixes(names: PhysicalNames): readonly string[] {
  const { bus: name } = names
  return [
    `/${name}/`,
    `${name}-`,
    names.logsOf(`${name}-`),
    names.logsOf(`us-east-1.${name}-`),
    'API-Gateway-Execution-Logs_',
    '/aws/cloudfront/LambdaEdge/',
  ]
}
