import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Clock, EpochMs } from '../../../shared/time.ts'
import { secretPrefix } from '../../../shared/webhooks/webhook.ts'
import type { Queue, Secrets } from '../ports.ts'

/** How long values are used without another request, in milliseconds. */
const freshMs = 5 * 60_000

/** How long they are used if Secrets Manager fails, in milliseconds. */
const staleMs = 3600_000

/** For how long after a change of the secret the key before it signs too, in milliseconds. */
const overlapMs = 48 * 3600_000

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 5000

interface Cached {
  readonly at: EpochMs
  readonly keys: readonly Uint8Array[]
}

/** Creates a reader of secrets in this Region, by name. The current value signs; while it is new, the one before signs too. */
export function secretsManager(clock: Pick<Clock, 'now'>): Secrets {
  const client = new SecretsManagerClient({ maxAttempts: 3 })
  const cache = new Map<string, Cached>()
  return {
    async keysOf(secretName) {
      const cached = cache.get(secretName)
      const now = clock.now()
      if (cached !== undefined && now - cached.at < freshMs) return cached.keys
      try {
        const keys = await readKeys(client, secretName, now)
        cache.set(secretName, { at: now, keys })
        return keys
      } catch (error) {
        if (cached !== undefined && now - cached.at < staleMs) return cached.keys
        throw error
      }
    },
  }
}

async function readKeys(client: SecretsManagerClient, SecretId: string, now: EpochMs): Promise<readonly Uint8Array[]> {
  const read = async (VersionStage: string) =>
    client.send(new GetSecretValueCommand({ SecretId, VersionStage }), { abortSignal: AbortSignal.timeout(callMs) })
  const current = await read('AWSCURRENT')
  const key = keyIn(current)
  const changedAt = current.CreatedDate?.getTime() ?? 0
  if (now - changedAt > overlapMs) return [key]
  const previous = await read('AWSPREVIOUS').catch(undefinedIfMissing)
  return previous === undefined ? [key] : [key, keyIn(previous)]
}

/** Returns undefined for a secret that has only one value yet. */
function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
  throw error
}

/** Returns the key in a value: `whsec_` and 24 to 64 bytes in Base64 (Standard Webhooks, "Signature scheme"). */
function keyIn({ SecretString = '' }: GetSecretValueCommandOutput): Uint8Array {
  const text = SecretString.trim()
  const key = text.startsWith(secretPrefix) ? Buffer.from(text.slice(secretPrefix.length), 'base64') : Buffer.alloc(0)
  if (key.length < 24 || key.length > 64) {
    throw Object.assign(new Error('a secret of webhooks has another form'), { name: 'secret-malformed' })
  }
  return key
}

/** Creates the queues of this Region: those that messages name, and the dead-letter queue by its URL. */
export function sqsQueue(deadLetterUrl: string): Queue {
  const client = new SQSClient({ maxAttempts: 3 })
  const options = () => ({ abortSignal: AbortSignal.timeout(callMs) })
  return {
    async delay({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = urlOf(queueArn, deadLetterUrl)
      const change = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }
      await client.send(new ChangeMessageVisibilityCommand(change), options())
    },
    async bury({ body }) {
      await client.send(new SendMessageCommand({ QueueUrl: deadLetterUrl, MessageBody: body }), options())
    },
  }
}

/** Returns the URL of a queue beside another: both are in one account and Region, and a URL ends in the name. */
function urlOf(queueArn: string, besideUrl: string): string {
  return besideUrl.replace(/[^/]+$/, queueArn.split(':').at(-1) ?? '')
}
