import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { parseJsonObject } from '../../../client/problem.ts'
import { inForceSince } from '../../../shared/in-force.ts'
import { parseKeys } from '../../../shared/keys.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import type { SecretSigner, SecretSigners, Signers } from '../../ports/aws-signer.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Longest time of a function that is invoked: its own timeout is two minutes at most. */
const invocationMs = 150_000

/** Creates the adapter for changes of the signer. Of a secret's value, it returns ids, a kind and a time, and nothing else. */
export function signers(): Signers {
  const clientIn = clientPerRegion(config => new SecretsManagerClient(config))
  const lambdaIn = clientPerRegion(
    config =>
      new LambdaClient({ ...config, requestHandler: { ...config.requestHandler, requestTimeout: invocationMs } }),
  )
  return {
    read: (secret, region) => readSigners(secret, clientIn(region)),
    async rotate(SecretId, region) {
      await clientIn(region).send(new RotateSecretCommand({ SecretId, RotateImmediately: true }))
    },
    async cancelRotation(SecretId, version, region) {
      const input = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: version }
      await clientIn(region).send(new UpdateSecretVersionStageCommand(input))
    },
    async invoke(FunctionName, event, region) {
      const Payload = Buffer.from(JSON.stringify(event))
      const { FunctionError, Payload: result } = await lambdaIn(region).send(
        new InvokeCommand({ FunctionName, Payload }),
      )
      if (FunctionError === undefined) return
      const { errorMessage = FunctionError } = parseJsonObject(Buffer.from(result ?? []).toString())
      throw new Error(`${FunctionName}: ${String(errorMessage)}`)
    },
  }
}

async function readSigners(SecretId: string, client: SecretsManagerClient): Promise<SecretSigners> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }))
  const labels = new Map(Object.entries(VersionIdsToStages))
  const holder = (label: string) => [...labels].find(([, all]) => all.includes(label))?.[0]
  const current = holder('AWSCURRENT')
  const pending = holder('AWSPENDING')
  if (current === undefined) throw new Error(`secret ${SecretId} has no AWSCURRENT version`)
  const read = async (VersionId: string) => {
    const command = new GetSecretValueCommand({ SecretId, VersionId })
    const found = await undefinedIfMissing(client.send(command), 'ResourceNotFoundException')
    return signerIn(VersionId, found?.SecretString)
  }
  return {
    current: await read(current),
    pending: pending === undefined || pending === current ? undefined : await read(pending),
    inForceSince: inForceSince({ current, previous: holder('AWSPREVIOUS'), labels }),
  }
}

/** A version has no text, or a text of CloudFormation's without keys, before it has keys. */
function signerIn(version: string, text: string | undefined): SecretSigner {
  const value = text === undefined ? {} : parseJsonObject(text)
  if (text === undefined || !('signing' in value)) return { version }
  const { signing } = parseKeys(text)
  const { until } = (value['withoutReceipt'] ?? {}) as { readonly until?: EpochSeconds }
  const former = until === undefined ? {} : { formerUntil: until }
  if (signing.kind === 'kms') return { version, kmsKeyId: signing.kmsKeyId, ...former }
  return { version, keySpec: signing.privateKey.asymmetricKeyType === 'rsa' ? 'RSA-2048' : 'P-256', ...former }
}
