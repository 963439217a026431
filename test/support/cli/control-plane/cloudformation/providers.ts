import { generateKeyPairSync } from 'node:crypto'
import { type Account, type Properties, type Thing, thing, thingsOf } from '../account.ts'
import { existing, ownerOf, type Target, thingsOfResource } from './things.ts'
import { mark } from './values.ts'

/**
 * Does what the function of a custom resource does on its creation or update; returns what `Fn::GetAtt` returns. Throws if the
 * function doesn't exist.
 */
export function provide(target: Target, properties: Properties, isUpdate = false): Readonly<Record<string, string>> {
  const { account, resource, stack } = target
  const [, , , region = '', , , id = ''] = String(properties['ServiceToken']).split(':')
  existing(account, 'AWS::Lambda::Function', { region: region || stack.region, id })
  if (resource.type === 'Custom::AWS') {
    const text = properties[isUpdate ? 'Update' : 'Create'] as string | undefined
    return text === undefined ? {} : callAws(target, text)
  }
  if (resource.type === 'Custom::SigningKeys') return createCurrentKeys(target, properties)
  return {}
}

/** Does what the function of a custom resource does on its deletion. Without the function, CloudFormation waits until it fails. */
export function unprovide(target: Target): void {
  const { account, resource, stack } = target
  const { properties = {}, type } = resource
  const [, , , region = '', , , id = ''] = String(properties['ServiceToken']).split(':')
  existing(account, 'AWS::Lambda::Function', { region: region || stack.region, id })
  const text = properties['Delete'] as string | undefined
  if (type === 'Custom::AWS' && text !== undefined) callAws(target, text)
}

/** Makes the call of an `AwsCustomResource`, in its own Region by default; returns the fields of the response that our templates use. */
function callAws({ account, stack }: Target, text: string): Readonly<Record<string, string>> {
  const { action, region, parameters } = JSON.parse(text) as Record<string, string> & { parameters: CallParameters }
  const operation = calls[`${action?.[0]?.toUpperCase()}${action?.slice(1)}`]
  if (operation === undefined) throw new Error(`the test makes no call ${action}`)
  return operation(account, region ?? stack.region, parameters) ?? {}
}

type CallParameters = Readonly<Record<string, string>> & {
  readonly Entries?: readonly { readonly EventBusName: string }[]
}

type AwsCall = (
  account: Account,
  region: string,
  parameters: CallParameters,
) => Readonly<Record<string, string>> | undefined

const calls: Readonly<Record<string, AwsCall>> = {
  PutResourcePolicy(account, region, { Policy, ResourceArn }) {
    const id = ResourceArn?.split('/').at(-1) ?? ''
    existing(account, 'AWS::DynamoDB::GlobalTable', { region, id }).properties['policy'] = Policy
    return undefined
  },
  DescribeTable(account, region, { TableName: id = '' }) {
    existing(account, 'AWS::DynamoDB::GlobalTable', { region, id })
    const label = 'stream/2026-11-01T00:00:00.000'
    return { 'Table.LatestStreamArn': `arn:aws:dynamodb:${region}:${account.id}:table/${id}/${label}` }
  },
  PutEvents(account, region, { Entries = [] }) {
    for (const { EventBusName: id } of Entries) existing(account, 'AWS::Events::EventBus', { region, id })
    return { FailedEntryCount: '0' }
  },
  PutObject(account, _, { Bucket = '', Key }) {
    const { properties } = existing(account, 'AWS::S3::Bucket', { id: Bucket })
    const others = ((properties['versions'] ?? []) as Properties[]).filter(each => each['Key'] !== Key)
    properties['versions'] = [...others, { Key, VersionId: 'null' }]
    return undefined
  },
  DeleteObject(account, _, { Bucket = '', Key }) {
    const { properties } = existing(account, 'AWS::S3::Bucket', { id: Bucket })
    properties['versions'] = ((properties['versions'] ?? []) as Properties[]).filter(each => each['Key'] !== Key)
    return undefined
  },
}

/** Creates the first keys, as the function of the custom resource does. What exists, it leaves as it is. */
function createCurrentKeys(target: Target, properties: Properties): Readonly<Record<string, string>> {
  const { account, stack, resource } = target
  const secretName = /:secret:(.+)-\w{6}$/.exec(String(properties['SecretArn']))?.[1] ?? ''
  existing(account, 'AWS::SecretsManager::Secret', { region: stack.region, id: secretName })
  const name = secretName.replace(/-keys$/, '')
  const known = thing(account, 'key group', { id: name })
  if (known !== undefined) return { KeyGroupId: String(known.properties['id']) }
  account.serial += 1
  const keyId = `K${mark(`${stack.id}${name}${account.serial}`).toUpperCase()}`
  const owner = ownerOf(stack, resource)
  const id = `KG${mark(keyId)}`
  const createdAt = new Date(account.now).toISOString()
  const made = (type: string, of: Pick<Thing, 'id' | 'properties'>) =>
    account.things.push({ type, region: 'global', owner, ...of })
  made('key group', { id: name, properties: { id, keyIds: [keyId] } })
  made('public key', { id: keyId, properties: { name: `${name}-${mark(keyId, 16)}`, createdAt } })
  for (const secret of thingsOf(account, 'AWS::SecretsManager::Secret').filter(each => each.id === secretName)) {
    secret.properties['value'] = secretText(account, keyId)
  }
  return { KeyGroupId: id }
}

/** Turns the rotation of a secret on, which is no property of the secret itself. */
export function applyRotation(target: Target, properties: Properties): void {
  const { account, stack } = target
  const [, id = ''] = /:secret:(.+)-\w{6}$/.exec(String(properties['SecretId'])) ?? []
  const secret = existing(account, 'AWS::SecretsManager::Secret', { region: stack.region, id })
  secret.properties['rotation'] = thingsOfResource(target)[0]?.properties
}

/** A word in every secret of a test, which no output may contain. */
export const privateWord = 'PRIVATEPRIVATE'

function secretText(account: Account, keyPairId: string): string {
  const mac = { current: 1, slots: { 1: Buffer.alloc(32, 7).toString('base64') }, comment: privateWord }
  const inKms = thingsOf(account, 'AWS::KMS::Key').find(
    ({ id, properties }) => id.startsWith('mrk-') && properties['state'] !== 'PendingDeletion',
  )
  if (inKms !== undefined) {
    return JSON.stringify({ signing: { keyPairId, kmsKeyId: inKms.id, kmsAlgorithm: 'ECDSA_SHA_256' }, mac })
  }
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return JSON.stringify({ signing: { keyPairId, privateKey }, mac })
}
