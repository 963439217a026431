import type { Deployment } from '../settings/deployment.ts'
import { createKeyring, type Keyring, type SecretSource } from '../secrets/keys.ts'
import { byDistance } from '../table/route.ts'
import { createAwsJsonClient, type ClientConfig } from './aws-json-client.ts'
import { ownConfig, systemClock } from './process.ts'

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

/** Returns the keyring of a function in Region `here`: the first of the three nearest Regions that returns the secret counts. */
export function secretKeyring(
  {
    homeRegions,
    secretRegions = homeRegions,
    secretName,
  }: Pick<Deployment, 'homeRegions' | 'secretRegions' | 'secretName'>,
  here: string,
): Keyring {
  const regions = byDistance(secretRegions, here).slice(0, 3)
  const sources = regions.map(region => secretSource(secretName, { region, ...ownConfig('SECRETS_MANAGER') }))
  return createKeyring(sources, systemClock)
}
