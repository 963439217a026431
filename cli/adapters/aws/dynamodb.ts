import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  paginateListTables,
  ResourceInUseException,
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
    protect: async (name, region) => setProtection(name, true, clientIn(region)),
    unprotect: async (name, region) => setProtection(name, false, clientIn(region)),
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

async function setProtection(name: string, isOn: boolean, client: DynamoDBClient): Promise<boolean> {
  const change = client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: isOn }))
  try {
    await undefinedIfMissing(change, 'ResourceNotFoundException')
    return true
  } catch (error) {
    if (error instanceof ResourceInUseException) return false
    throw error
  }
}

function toTable({ TableStatus, Replicas = [], ...table }: TableDescription, region: string): Omit<Table, 'policy'> {
  const others = Replicas.map(({ RegionName = '' }) => RegionName)
  return {
    status: TableStatus ?? '',
    // DynamoDB lists the own Region or not, depending on the age of the table.
    replicas: [...new Set([region, ...others])],
    replicaStatus: Object.fromEntries(
      Replicas.map(({ RegionName = '', ReplicaStatus = '' }) => [RegionName, ReplicaStatus]),
    ),
    strong: table.MultiRegionConsistency === 'STRONG',
    deletionProtected: table.DeletionProtectionEnabled === true,
    kmsKey: table.SSEDescription?.KMSMasterKeyArn,
  }
}
