import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import type { Secret, Versions } from '../ports.ts'

/** How long one call may take with all its attempts, in milliseconds. */
const callMs = 10_000

/**
 * Three tries. A put may be repeated, since it brings the id of the version; so may a moved label: once moved it can't
 * be moved again from where it no longer is, and the caller looks where it is.
 */
const maxAttempts = 3

const limit = () => ({ abortSignal: AbortSignal.timeout(callMs) })

/** A secret in Secrets Manager whose primary is in `region`. `config` adds to the settings of each Region's client. */
export function secretIn(region: string, secretName: string, config: SecretsManagerClientConfig = {}): Secret {
  const clientIn = (where: string) => new SecretsManagerClient({ maxAttempts, ...config, region: where })
  const client = clientIn(region)
  const SecretId = secretName
  return {
    versions: () => versionsAt(client, SecretId),
    read: version => read(client, { SecretId, VersionId: version }),
    async put(text, { version, label }) {
      const input = { SecretId, ClientRequestToken: version, SecretString: text, VersionStages: [label] }
      try {
        await client.send(new PutSecretValueCommand(input), limit())
        return 'put'
      } catch (error) {
        if (error instanceof ResourceExistsException) return 'taken'
        throw error
      }
    },
    async moveLabel(label, { from, to }) {
      const input = { SecretId, VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to }
      await client.send(new UpdateSecretVersionStageCommand(input), limit())
    },
    copyIn: where => versionsAt(clientIn(where), SecretId),
  }
}

async function versionsAt(client: SecretsManagerClient, SecretId: string): Promise<Versions> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }), limit())
  const labels = new Map(Object.entries(VersionIdsToStages))
  const holder = (label: string) => [...labels].find(([, all]) => all.includes(label))?.[0]
  const current = holder('AWSCURRENT')
  if (current === undefined) throw new Error(`secret ${SecretId} has no version that is AWSCURRENT`)
  const pending = holder('AWSPENDING')
  return { current, previous: holder('AWSPREVIOUS'), pending: pending === current ? undefined : pending, labels }
}

async function read(client: SecretsManagerClient, which: { SecretId: string; VersionId: string }) {
  try {
    const { SecretString, CreatedDate } = await client.send(new GetSecretValueCommand(which), limit())
    if (SecretString === undefined) throw new Error(`version ${which.VersionId} of secret ${which.SecretId} is no text`)
    return { text: SecretString, createdAt: secondsOf((CreatedDate?.getTime() ?? 0) as EpochMs) }
  } catch (error) {
    // Also what a rotation's version is before anything was put into it.
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}
