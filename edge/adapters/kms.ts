import { onePerRegion, type Region } from '../../shared/regions.ts'
import type { Kms } from '../ports.ts'
import { awsService, type ClientConfig } from './aws-json-client.ts'

/** KMS that can be connected to ahead of the first signature. */
export interface PreconnectingKms extends Kms {
  /** Begins to connect to the nearest. Never throws. */
  preconnect(): void
}

const dialect = { service: 'kms', jsonVersion: '1.1', targetPrefix: 'TrentService' } as const

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** KMS in each of `regions`, nearest first; `reach` says how. */
export function kmsIn(regions: readonly Region[], reach: Omit<ClientConfig, 'region'>): PreconnectingKms {
  const serviceIn = onePerRegion(regions, region => awsService(dialect, { ...reach, region }))
  return {
    regions,
    async sign(policy, { kmsKeyId, kmsAlgorithm }, { region, timeoutMs }) {
      const input = { KeyId: kmsKeyId, Message: btoa(policy), MessageType: 'RAW', SigningAlgorithm: kmsAlgorithm }
      const { Signature } = (await serviceIn(region).call('Sign', input, timeoutMs)) as { Signature?: unknown }
      if (typeof Signature !== 'string' || !base64.test(Signature)) throw new Error('Sign: the answer has no signature')
      return Signature
    },
    preconnect() {
      const [nearest] = regions
      if (nearest !== undefined) serviceIn(nearest).preconnect()
    },
  }
}
