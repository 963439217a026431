import type { SecretSource } from '../keys.ts'
import { createAwsJsonClient, type ClientConfig } from './aws-json-client.ts'

const protocol = { service: 'secretsmanager', jsonVersion: '1.1', targetPrefix: 'secretsmanager' } as const

/** Timeout in one Region: three fit into the time that a viewer waits. */
const timeoutMs = 1000

/** Reads the current text of a secret from its replica in `config.region`, with one attempt per call. */
export function secretSource(secretName: string, config: ClientConfig): SecretSource {
  const client = createAwsJsonClient(protocol, config)
  return async () => {
    const input = { SecretId: secretName, VersionStage: 'AWSCURRENT' }
    const { SecretString } = (await client.call('GetSecretValue', input, timeoutMs)) as { SecretString?: unknown }
    if (typeof SecretString !== 'string') throw new Error(`secret ${secretName} in ${config.region}: no text`)
    return SecretString
  }
}
