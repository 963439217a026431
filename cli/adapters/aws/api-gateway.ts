import {
  APIGatewayClient,
  GetAccountCommand,
  GetStagesCommand,
  paginateGetRestApis,
  type Stage,
} from '@aws-sdk/client-api-gateway'
import { apiStage } from '../../../construct/physical-names.ts'
import type { RestApi } from '../../ports/aws-resources.ts'
import type { RestApis } from '../../ports/ports.ts'
import { allOf, clientPerRegion } from './client.ts'

/** Creates the adapter of API Gateway. */
export function apiGateway(): RestApis {
  const clientIn = clientPerRegion(config => new APIGatewayClient(config))
  return {
    async named(name, region) {
      const client = clientIn(region)
      const all = await allOf(paginateGetRestApis({ client }, {}), page => page.items)
      return Promise.all(
        all
          .filter(api => api.name === name)
          .map(async ({ id = '', endpointConfiguration }) => {
            const { item = [] } = await client.send(new GetStagesCommand({ restApiId: id }))
            const stage = item.find(each => each.stageName === apiStage)
            return { id, endpointTypes: endpointConfiguration?.types ?? [], stage: stage && stageOf(stage) }
          }),
      )
    },
    async logRole(region) {
      const { cloudwatchRoleArn } = await clientIn(region).send(new GetAccountCommand({}))
      return cloudwatchRoleArn
    },
  }
}

function stageOf({ accessLogSettings, methodSettings = {} }: Stage): NonNullable<RestApi['stage']> {
  // Settings can be those of a single method; this key has those of all methods.
  const { throttlingRateLimit } = methodSettings['*/*'] ?? {}
  return {
    accessLog: accessLogSettings?.destinationArn !== undefined,
    logsBodies: Object.values(methodSettings).some(({ dataTraceEnabled }) => dataTraceEnabled === true),
    requestsPerSecond: throttlingRateLimit,
  }
}
