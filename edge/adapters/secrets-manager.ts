import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SecretSource } from '../../shared/keys.ts'

/**
 * The current text of a secret, as its replica in `region` has it: one try, 1 s, so that three Regions can be asked while
 * a viewer waits.
 */
export function secretIn(region: string, secretName: string): SecretSource {
  const client = new SecretsManagerClient({ region, maxAttempts: 1 })
  return async () => {
    const read = new GetSecretValueCommand({ SecretId: secretName, VersionStage: 'AWSCURRENT' })
    const { SecretString } = await client.send(read, { abortSignal: AbortSignal.timeout(1000) })
    if (SecretString === undefined) throw new Error(`secret ${secretName} in ${region} holds no text`)
    return SecretString
  }
}
