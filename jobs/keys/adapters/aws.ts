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
import { type EpochMs, secondsOf } from '../../../shared/time.ts'
import type { Secret, Versions } from '../ports.ts'

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 10_000

/**
 * Three attempts: a put may be repeated, since it has the id of the version. So may the move of a label: a label that has
 * moved can't move from the old version again, and the caller then reads where it is.
 */
const maxAttempts = 3

/** Returns the option that limits the time of one call. */
export const limit = () => ({ abortSignal: AbortSignal.timeout(callMs) })

/** Creates a client of a secret with its primary in `region`. `config` adds to the configuration of each Region's client. */
export function secretIn(region: string, secretName: string, config: SecretsManagerClientConfig = {}): Secret {
  const clientIn = (clientRegion: string) => new SecretsManagerClient({ maxAttempts, ...config, region: clientRegion })
  const client = clientIn(region)
  const SecretId = secretName
  return {
    versions: () => readVersions(client, SecretId),
    read: version => readVersion(client, { SecretId, VersionId: version }),
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
    copyIn: copyRegion => readVersions(clientIn(copyRegion), SecretId),
  }
}

async function readVersions(client: SecretsManagerClient, SecretId: string): Promise<Versions> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }), limit())
  const labels = new Map(Object.entries(VersionIdsToStages))
  const holder = (label: string) => [...labels].find(([, all]) => all.includes(label))?.[0]
  const current = holder('AWSCURRENT')
  if (current === undefined) throw new Error(`secret ${SecretId} has no AWSCURRENT version`)
  const pending = holder('AWSPENDING')
  return { current, previous: holder('AWSPREVIOUS'), pending: pending === current ? undefined : pending, labels }
}

async function readVersion(client: SecretsManagerClient, which: { SecretId: string; VersionId: string }) {
  try {
    const { SecretString, CreatedDate } = await client.send(new GetSecretValueCommand(which), limit())
    if (SecretString === undefined)
      throw new Error(`version ${which.VersionId} of secret ${which.SecretId} is not text`)
    return { text: SecretString, createdAt: secondsOf((CreatedDate?.getTime() ?? 0) as EpochMs) }
  } catch (error) {
    // A rotation's version is not found either until it has a value.
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}
