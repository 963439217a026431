import { generateKeyPairSync } from 'node:crypto'
import { type Account, AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import { mark } from './cloudformation/values.ts'
import type { Call } from './protocol.ts'
import { versionsOf } from './restore-services.ts'

/** Seconds for which a rotation to KMS keeps the former key, as with links that live a week. */
const formerSeconds = 7 * 24 * 3600

/**
 * Rotates a secret at once, as the deployed function would: to the key that its environment names. It keeps the MAC keys.
 */
export function rotateSecret({ account, region }: Call, { SecretId }: Properties): object {
  const secret = thing(account, 'AWS::SecretsManager::Secret', { region, id: String(SecretId) })
  const rotates = thing(account, 'AWS::Lambda::Function', { region, id: `${String(SecretId)}-rotate` })
  if (secret === undefined || rotates === undefined) throw new AwsError('ResourceNotFoundException', 'no secret')
  const variables = ((rotates.properties['Environment'] ?? {}) as { Variables?: Record<string, string> }).Variables
  const former = JSON.parse(String(secret.properties['value'])) as { signing: Properties; mac: object }
  const keyPairId = `K${account.now.toString(36).toUpperCase()}`
  const kmsKeyId = variables?.['KMS_KEY_ID']
  const isFromSecret = kmsKeyId !== undefined && 'privateKey' in former.signing
  const until = Math.floor(account.now / 1000) + formerSeconds
  const VersionId = put(account, secret, {
    signing: signingOf(keyPairId, kmsKeyId, variables?.['KEY_SPEC']),
    mac: former.mac,
    ...(isFromSecret && { withoutReceipt: { ...former.signing, until } }),
  })
  publish(account, secret.id.replace(/-keys$/, ''), keyPairId)
  return { VersionId }
}

function signingOf(keyPairId: string, kmsKeyId: string | undefined, keySpec: string | undefined): object {
  const isRsa = keySpec === 'RSA-2048'
  const kmsAlgorithm = isRsa ? 'RSASSA_PKCS1_V1_5_SHA_256' : 'ECDSA_SHA_256'
  if (kmsKeyId !== undefined) return { keyPairId, kmsKeyId, kmsAlgorithm }
  const encoding = {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  } as const
  const { privateKey } = isRsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048, ...encoding })
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...encoding })
  return { keyPairId, privateKey }
}

/** Adds the public key to CloudFront and to the key group. */
function publish(account: Account, name: string, keyPairId: string): void {
  const group = thing(account, 'key group', { id: name })
  const createdAt = new Date(account.now).toISOString()
  const properties = { name: `${name}-${mark(keyPairId, 16)}`, createdAt }
  account.things.push({ type: 'public key', region: 'global', id: keyPairId, owner: group?.owner, properties })
  if (group !== undefined) group.properties['keyIds'] = [...(group.properties['keyIds'] as string[]), keyPairId]
}

function put(account: Account, secret: Thing, value: object): string {
  account.serial += 1
  const version = mark(`${secret.id}${account.serial}`, 32)
  const previousVersion = currentOf(secret)
  const changed = { value: JSON.stringify(value), version, previousVersion, versionAt: account.now / 1000, labels: [] }
  for (const copy of thingsOf(account, 'AWS::SecretsManager::Secret').filter(({ id }) => id === secret.id)) {
    Object.assign(copy.properties, changed)
  }
  return version
}

function currentOf(secret: Thing): string {
  return Object.keys(versionsOf(secret)['VersionIdsToStages'] as object)[0] ?? ''
}

/** Marks the current version of the secret as in force from now on, as the daily retirement does. */
export function retire({ account, region }: Call, functionName: string): object {
  const secret = thing(account, 'AWS::SecretsManager::Secret', { region, id: functionName.replace(/-retire$/, '') })
  if (secret === undefined) throw new AwsError('ResourceNotFoundException', `no secret of ${functionName}`)
  const { labels = [], previousVersion = 'none' } = secret.properties
  const isMarked = (labels as readonly unknown[]).length > 0
  const label = `in-force-since-${Math.floor(account.now / 1000)}-after-${String(previousVersion)}`
  if (!isMarked) secret.properties['labels'] = [label]
  return {}
}
