import { apiStage, type PhysicalNames } from '../../../infra/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'

const keyPurposes = ['create', 'rotate', 'retire', 'invalidate-links'] as const
const apiPurposes = [
  'links',
  'exchange',
  'private-links',
  'private-exchange',
  'sweeper',
  'events',
  'used-links',
  'exchange-used-links',
] as const

/** Returns the names of all functions that a deployment may have in a Region, except the edge function and the CDK's own. */
export function helperFunctions(names: PhysicalNames, region: Region): readonly string[] {
  const keys = region === edgeStackRegion ? keyPurposes.map(names.keysFunction) : []
  return [...apiPurposes.map(names.apiFunction), ...keys]
}

/**
 * Returns the names of all log groups that a deployment may have in a Region: those of its stacks, and those that AWS
 * creates by itself. If a function is called after its log group was deleted, Lambda creates the group again. API Gateway
 * logs errors under the id of an API. Where the edge runs, CloudFront logs invalid responses of the function, and Lambda
 * logs its output.
 */
export function logGroupsOf(
  names: PhysicalNames,
  histories: readonly StackHistory[],
  region: Region,
): ReadonlySet<string> {
  const idsInRegion = (type: string) =>
    resourcesCreatedBy(histories, [type])
      .filter(each => each.region === region)
      .map(({ physicalId }) => physicalId)
  const distributions = resourcesCreatedBy(histories, ['AWS::CloudFront::Distribution']).map(
    ({ physicalId }) => physicalId,
  )
  return new Set([
    names.edgeLogs,
    `/${names.bus}/api-access`,
    names.logsOf(`us-east-1.${names.edgeFunction}`),
    names.logsOf(names.edgeFunction),
    ...idsInRegion('AWS::Logs::LogGroup'),
    ...[...helperFunctions(names, region), ...idsInRegion('AWS::Lambda::Function')].map(names.logsOf),
    ...idsInRegion('AWS::ApiGateway::RestApi').map(id => `API-Gateway-Execution-Logs_${id}/${apiStage}`),
    ...distributions.map(id => `/aws/cloudfront/LambdaEdge/${id}`),
  ])
}

/** Returns the prefixes of all these names. */
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
