import { type ClientConfig, createAwsJsonClient, dynamodbClients } from '../../shared/aws/aws-json-client.ts'
import { createRetryBudget } from '../../shared/redemption/retry-budget.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'
import type { DynamoDB } from '../../shared/redemption/dynamodb-link-table.ts'
import type { Kms } from '../ports.ts'

/** KMS with a way to connect before the first signature. */
export interface PreconnectingKms extends Kms {
  /** Connects to the nearest Region, for the next signature. Resolves when it has, or can't. */
  preconnect(): Promise<void>
}

const protocol = { service: 'kms', jsonVersion: '1.1', targetPrefix: 'TrentService' } as const

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Returns KMS in each of `regions`, which are ordered by distance, nearest first. */
export function kmsIn(regions: readonly Region[], config: Omit<ClientConfig, 'region'>): PreconnectingKms {
  const clientIn = onePerRegion(regions, region => createAwsJsonClient(protocol, { ...config, region }))
  return {
    regions,
    retries: createRetryBudget(),
    async sign(policy, { kmsKeyId, kmsAlgorithm }, { region, timeoutMs }) {
      const input = { KeyId: kmsKeyId, Message: btoa(policy), MessageType: 'RAW', SigningAlgorithm: kmsAlgorithm }
      const { Signature } = (await clientIn(region).call('Sign', input, timeoutMs)) as { Signature?: unknown }
      if (typeof Signature !== 'string' || !base64.test(Signature)) throw new Error('Sign: no signature in response')
      return Signature
    },
    async preconnect() {
      const [nearest] = regions
      if (nearest !== undefined) await clientIn(nearest).preconnect()
    },
  }
}

/** DynamoDB with a way to connect before the first request. */
export interface PreconnectingDynamoDB extends DynamoDB {
  /** Connects to a Region, for the next request. Resolves when it has, or can't. */
  preconnect(region: Region): Promise<void>
}

/** Returns DynamoDB in several Regions; see `dynamodbClients`. */
export function dynamodbIn(...config: Parameters<typeof dynamodbClients>): PreconnectingDynamoDB {
  const clientIn = dynamodbClients(...config)
  return {
    send: (operation, input, { region, timeoutMs }) => clientIn(region).call(operation, input, timeoutMs),
    preconnect: region => clientIn(region).preconnect(),
  }
}
