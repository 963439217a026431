import { APIGatewayClient, GetAccountCommand, GetStagesCommand, paginateGetRestApis } from '@aws-sdk/client-api-gateway'
import { apiStage } from '../../../infra/placement/physical-names.ts'
import type { RestApis } from '../../ports/aws-resources.ts'
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
          .map(async ({ id = '' }) => {
            const { item = [] } = await client.send(new GetStagesCommand({ restApiId: id }))
            const stage = item.find(each => each.stageName === apiStage)
            const logsBodies = Object.values(stage?.methodSettings ?? {}).some(each => each.dataTraceEnabled === true)
            return { id, isDeployed: stage !== undefined, logsBodies }
          }),
      )
    },
    async logRole(region) {
      const { cloudwatchRoleArn } = await clientIn(region).send(new GetAccountCommand({}))
      return cloudwatchRoleArn
    },
  }
}
