import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  paginateListTables,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb'
import type { Table, Tables } from '../../ports/aws-data.ts'
import { allOf, clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of DynamoDB. It describes each replica as its own Region does. */
export function dynamoDb(): Tables {
  const clientIn = clientPerRegion(config => new DynamoDBClient(config))
  return {
    async describe(name, region) {
      const client = clientIn(region)
      const description = client.send(new DescribeTableCommand({ TableName: name }))
      const table = (await undefinedIfMissing(description, 'ResourceNotFoundException'))?.Table
      if (table === undefined) return undefined
      const request = client.send(new GetResourcePolicyCommand({ ResourceArn: table.TableArn }))
      const policy = await undefinedIfMissing(request, 'PolicyNotFoundException')
      return { ...toTable(table, region), policy: policy?.Policy }
    },
    async unprotect(name, region) {
      const change = new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false })
      await undefinedIfMissing(clientIn(region).send(change), 'ResourceNotFoundException')
    },
    async named(prefix, region) {
      const found = await allOf(paginateListTables({ client: clientIn(region) }, {}), page => page.TableNames)
      return found.filter(name => name.startsWith(prefix))
    },
    async remove(TableName, region) {
      const removal = clientIn(region).send(new DeleteTableCommand({ TableName }))
      await undefinedIfMissing(removal, 'ResourceNotFoundException')
    },
  }
}

function toTable(
  { TableStatus, Replicas = [], GlobalTableWitnesses = [], ...table }: TableDescription,
  region: string,
): Omit<Table, 'policy'> {
  const others = Replicas.map(({ RegionName = '' }) => RegionName)
  return {
    status: TableStatus ?? '',
    // DynamoDB lists the own Region or not, depending on the age of the table.
    replicas: [...new Set([region, ...others])],
    replicaStatus: Object.fromEntries(
      Replicas.map(({ RegionName = '', ReplicaStatus = '' }) => [RegionName, ReplicaStatus]),
    ),
    witnesses: GlobalTableWitnesses.map(({ RegionName = '' }) => RegionName),
    strong: table.MultiRegionConsistency === 'STRONG',
    deletionProtected: table.DeletionProtectionEnabled === true,
    kmsKey: table.SSEDescription?.KMSMasterKeyArn,
  }
}
