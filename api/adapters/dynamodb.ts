import type {
  AttributeValue,
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import {
  type AwsJsonClient,
  type ClientConfig,
  dynamodbClient,
  dynamodbClients,
} from '../../shared/aws/aws-json-client.ts'
import type { DynamoDB as ByOperation } from '../../shared/redemption/dynamodb-link-table.ts'
import type { Region } from '../../shared/regions.ts'

/** The operations that the api needs, with their inputs as the SDK types them. */
export interface Inputs {
  readonly DeleteItem: DeleteItemCommandInput
  readonly GetItem: GetItemCommandInput
  readonly PutItem: PutItemCommandInput
  readonly Query: QueryCommandInput
  readonly Scan: ScanCommandInput
  readonly UpdateItem: UpdateItemCommandInput
}

/** An item, or its key. */
export type Item = Record<string, AttributeValue>

/** What the adapters read of an output. */
export interface Output {
  readonly Attributes?: Item
  readonly Item?: Item
  readonly Items?: readonly Item[]
  readonly LastEvaluatedKey?: Item
}

/** DynamoDB in one Region, with the timeout of its calls. */
export interface RegionalDynamoDB {
  send<O extends keyof Inputs>(operation: O, input: Inputs[O]): Promise<Output>
}

/**
 * Returns DynamoDB in one Region, whose calls resolve or reject within `timeoutMs`. Each makes one attempt: only the caller
 * knows what a lost response means (docs/decisions/0002-delete-versus-receipt.md). Errors have the shape of the SDK's.
 */
export type DynamoDB = (region: Region, timeoutMs: number) => RegionalDynamoDB

/** Returns DynamoDB in several Regions; see `dynamodbClients`. */
export function dynamodbIn(...config: Parameters<typeof dynamodbClients>): DynamoDB {
  const clientIn = dynamodbClients(...config)
  return (region, timeoutMs) => regional(clientIn(region), timeoutMs)
}

/** Returns DynamoDB in the one Region that `config` names. */
export function dynamodbAt(config: ClientConfig): (timeoutMs: number) => RegionalDynamoDB {
  const client = dynamodbClient(config)
  return timeoutMs => regional(client, timeoutMs)
}

function regional(client: AwsJsonClient, timeoutMs: number): RegionalDynamoDB {
  return { send: (operation, input) => client.call(operation, input, timeoutMs) }
}

/** Adapts it to the shared table of links, which passes a complete input of the right shape for its operation. */
export function operationsOf(dynamodb: DynamoDB): ByOperation {
  return {
    send(operation, input, { region, timeoutMs }) {
      const output = dynamodb(region, timeoutMs).send(operation, input as Inputs[typeof operation])
      return output as ReturnType<ByOperation['send']>
    },
  }
}

/** For `catch`: returns what `make` makes of the item if the condition of a write failed, and throws any other error. */
export function ifConditionFailed<T>(make: (item: Item | undefined) => T): (error: unknown) => T {
  return error => {
    if (isConditionFailed(error)) return make(error.Item)
    throw error
  }
}

/** Returns whether DynamoDB refused a write because its condition failed; `Item` is the item, if the write requested it. */
export function isConditionFailed(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}
