import type { SecretSource } from '../../shared/keys.ts'
import { awsService, type ClientConfig } from './aws-json-client.ts'

const dialect = { service: 'secretsmanager', jsonVersion: '1.1', targetPrefix: 'secretsmanager' } as const

/** How long one Region may take, in milliseconds: three can be asked while a viewer waits. */
const timeoutMs = 1000

/** The current text of a secret, as its replica in `reach.region` has it: one try a call. */
export function secretSource(secretName: string, reach: ClientConfig): SecretSource {
  const service = awsService(dialect, reach)
  return async () => {
    const input = { SecretId: secretName, VersionStage: 'AWSCURRENT' }
    const { SecretString } = (await service.call('GetSecretValue', input, timeoutMs)) as { SecretString?: unknown }
    if (typeof SecretString !== 'string') throw new Error(`secret ${secretName} in ${reach.region} holds no text`)
    return SecretString
  }
}
