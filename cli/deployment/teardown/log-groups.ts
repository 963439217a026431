import { apiFunctions, apiPurpose, apiStage, type PhysicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { isEdgeFunction, kindOfStack } from '../names.ts'
import { resourcesCreatedBy, type StackHistory } from './history.ts'

const keyPurposes = ['create', 'rotate', 'retire', 'invalidate-links'] as const
const ofNetwork = (['public', 'private'] as const).flatMap(network =>
  [...apiFunctions, 'authorizer' as const].map(purpose => apiPurpose(purpose, network)),
)
const apiPurposes = [...ofNetwork, 'sweeper']

/** Returns the names of all functions that a deployment may have in a Region, except the edge function and the CDK's own. */
export function helperFunctions(names: PhysicalNames, region: Region): readonly string[] {
  const central =
    region === edgeStackRegion
      ? [
          ...keyPurposes.map(names.keysFunction),
          ...(['deliveries', 'totals', 'webhooks'] as const).map(names.jobFunction),
        ]
      : []
  const ofHomes = (['events', 'file-ends'] as const).map(names.jobFunction)
  return [...apiPurposes.map(names.apiFunction), ...ofHomes, ...central]
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
    `/${names.tokenApi}/api-access`,
    ...idsInRegion('AWS::Logs::LogGroup'),
    ...[...helperFunctions(names, region), ...idsInRegion('AWS::Lambda::Function')].map(names.logsOf),
    ...idsInRegion('AWS::ApiGateway::RestApi').map(id => `API-Gateway-Execution-Logs_${id}/${apiStage}`),
    ...distributions.map(id => `/aws/cloudfront/LambdaEdge/${id}`),
  ])
}

/** Whether Lambda creates this log group for an edge function: by the function's name, and in other Regions with us-east-1 before it. */
export function isEdgeLog(logGroup: string, deployment: string): boolean {
  const [, name = ''] = /^\/aws\/lambda\/(?:us-east-1\.)?([^/.]+)$/.exec(logGroup) ?? []
  return isEdgeFunction(name, deployment)
}

/** Whether CloudFormation named this log group, for a stack of the deployment: Lambda may create it again when the stack is gone. */
export function isLogOfStack(logGroup: string, deployment: string, region: Region): boolean {
  const [, stack = ''] = /^(.+)-[A-Za-z0-9]+-[A-Za-z0-9]+$/.exec(logGroup) ?? []
  return kindOfStack({ name: stack, region }, deployment) !== undefined
}

/** Returns the prefixes of all these names. */
export function logPrefixes(names: PhysicalNames): readonly string[] {
  const { bus: name } = names
  return [
    `/${name}/`,
    `/${names.tokenApi}/`,
    `${name}-`,
    names.logsOf(`${name}-`),
    names.logsOf(`us-east-1.${name}-`),
    'API-Gateway-Execution-Logs_',
    '/aws/cloudfront/LambdaEdge/',
  ]
}
