import { generateKeyPairSync } from 'node:crypto'
import { type Account, AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import type { Call } from './protocol.ts'

/** Seconds for which a rotation to KMS keeps the former key, as with links that live a week. */
const formerSeconds = 7 * 24 * 3600

const versionIn = ({ properties }: Thing) => String(properties['version'] ?? 'v1')

/** Returns the staging labels of a secret's versions: this stand-in keeps AWSCURRENT only, with its labels. */
export function versionsOf(secret: Thing): Properties {
  return { [versionIn(secret)]: ['AWSCURRENT', ...((secret.properties['labels'] ?? []) as string[])] }
}

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
  put(account, secret, {
    signing: signingOf(keyPairId, kmsKeyId, variables?.['KEY_SPEC']),
    mac: former.mac,
    ...(isFromSecret && { withoutReceipt: { ...former.signing, until } }),
  })
  return { VersionId: versionIn(secret) }
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

function put(account: Account, secret: Thing, value: object): void {
  const version = `v${Number(versionIn(secret).slice(1)) + 1}`
  for (const copy of thingsOf(account, 'AWS::SecretsManager::Secret').filter(({ id }) => id === secret.id)) {
    Object.assign(copy.properties, { value: JSON.stringify(value), version, labels: [] })
  }
}

/** Runs the functions that `once deploy` invokes: the daily retirement, which marks the secret as in force; the end of all links. */
export function invoke({ account, region }: Call, [name = '']: readonly string[]): object {
  const [, secretName, purpose] = /^(.+-keys)-(retire|invalidate-links)$/.exec(name) ?? []
  const secret = thing(account, 'AWS::SecretsManager::Secret', { region, id: secretName ?? '' })
  if (secret === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404)
  if (purpose === 'retire') {
    const labels = (secret.properties['labels'] ?? []) as string[]
    if (labels.length === 0)
      secret.properties['labels'] = [`in-force-since-${Math.floor(account.now / 1000)}-after-none`]
  } else {
    const { signing, mac } = JSON.parse(String(secret.properties['value'])) as Record<string, object>
    put(account, secret, { signing, mac })
  }
  return {}
}
