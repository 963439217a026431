import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SecretSource } from '../../shared/keys.ts'

/**
 * Reads the current text of a secret from its replica in `region`: one attempt with a timeout of 1 s, so that three Regions
 * can be read while a viewer waits.
 */
export function secretSource(region: string, secretName: string): SecretSource {
  const client = new SecretsManagerClient({ region, maxAttempts: 1 })
  return async () => {
    const read = new GetSecretValueCommand({ SecretId: secretName, VersionStage: 'AWSCURRENT' })
    const { SecretString } = await client.send(read, { abortSignal: AbortSignal.timeout(1000) })
    if (SecretString === undefined) throw new Error(`secret ${secretName} in ${region}: no text`)
    return SecretString
  }
}
