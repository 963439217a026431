import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Account,
  type Properties,
  type Stack,
  type Thing,
  thing,
  thingsOf,
} from '../../../support/cli/control-plane/account.ts'
import { synthesise, type Templates } from '../../infra/synthesised.ts'
import { mark, resolved, type Scope } from './values.ts'

/** The templates of a deployment, with the Region of each. */
export interface Synthesised {
  readonly templates: Templates
  readonly regions: Readonly<Record<string, string>>
  /** The stacks with termination protection. */
  readonly protected: readonly string[]
}

/** Synthesises a deployment. */
export function synthesised(settings: object): Synthesised {
  const { templates, folder, remove } = synthesise(settings)
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { environment?: string; properties?: { terminationProtection?: boolean } }>
  }
  remove()
  const stacks = Object.keys(templates)
  const regions = stacks.map(name => [name, artifacts[name]?.environment?.split('/').at(-1)])
  return {
    templates,
    regions: Object.fromEntries(regions) as Record<string, string>,
    protected: stacks.filter(name => artifacts[name]?.properties?.terminationProtection === true),
  }
}

interface TemplateResource {
  readonly Type: string
  readonly Properties?: Properties
  readonly DeletionPolicy?: string
}

/**
 * Deploys templates: each resource becomes one or more things of the account, so that the command line reads what the CDK
 * makes. The keys are created at `at`.
 */
export function deploy(account: Account, deployment: Synthesised, at: Date): void {
  const { templates, regions } = deployment
  const scopes = new Map(
    Object.keys(templates).map(name => [name, scopeOf(name, { account, templates, regions })] as const),
  )
  for (const [name, template] of Object.entries(templates)) {
    const scope = scopes.get(name) as Scope
    const stack: Stack = {
      id: `arn:aws:cloudformation:${scope.region}:${account.id}:stack/${name}/${mark(name + account.stacks.length)}`,
      name,
      region: scope.region,
      status: 'CREATE_COMPLETE',
      describesLeft: 0,
      resources: [],
      terminationProtection: deployment.protected.includes(name),
    }
    account.stacks.push(stack)
    for (const [logicalId, resource] of Object.entries(template.Resources) as [string, TemplateResource][]) {
      stack.resources.push({
        logicalId,
        type: resource.Type,
        id: scope.ref(logicalId),
        status: 'CREATE_COMPLETE',
        reason: '',
        retained: resource.DeletionPolicy === 'Retain',
      })
      const properties = resolved(resource.Properties ?? {}, scope) as Properties
      const owner = `${stack.id} ${logicalId}`
      const one = { type: resource.Type, region: scope.region, id: scope.ref(logicalId), properties, owner }
      account.things.push(...(many[one.type]?.(one, account, at) ?? [one]))
    }
  }
  applyPolicies(account)
  createCurrentKeys(account, at)
}

function scopeOf(
  stack: string,
  { account, templates, regions }: Pick<Synthesised, 'templates' | 'regions'> & { readonly account: Account },
): Scope {
  const region = regions[stack] ?? ''
  const scope: Scope = {
    account: account.id,
    region,
    ref(logicalId) {
      const resource = templates[stack]?.Resources[logicalId]
      if (resource === undefined) throw new Error(`${stack} has no ${logicalId}`)
      return physicalId(resource, `${stack}-${logicalId}`, scope)
    },
    attribute(logicalId, name) {
      const type = templates[stack]?.Resources[logicalId]?.Type ?? ''
      const id = scope.ref(logicalId)
      if (name === 'KeyGroupId') return `KG${mark(id)}`
      return name === 'Arn' || name === 'FunctionARN'
        ? arnOf(type, id, scope)
        : name === 'KeyId' || name === 'Id'
          ? id
          : `${id}.${name}`
    },
    output(name, output) {
      const outputs = templates[name]?.Outputs as Record<string, { Value: unknown }> | undefined
      const value = outputs?.[output]
      if (value === undefined) throw new Error(`${name} has no output ${output}`)
      return resolved(value.Value, scopeOf(name, { account, templates, regions })) as string
    },
  }
  return scope
}

const nameFields = [
  'FunctionName',
  'TableName',
  'LogGroupName',
  'RoleName',
  'AlarmName',
  'BucketName',
  'DashboardName',
  'AliasName',
  'TopicName',
  'Name',
]

function physicalId({ Type, Properties: properties = {} }: TemplateResource, unique: string, scope: Scope): string {
  const own = (field: string) => resolved(properties[field], scope) as string | undefined
  const short = mark(`${unique}${scope.region}`)
  switch (Type) {
    case 'AWS::Lambda::Version':
      return `${arnOf('AWS::Lambda::Function', own('FunctionName') ?? '', scope)}:1`
    case 'AWS::CloudFront::Distribution':
      return `E${short.toUpperCase()}`
    case 'AWS::ApiGateway::RestApi':
      return short.slice(0, 10)
    case 'AWS::ApiGateway::Stage':
      return own('StageName') ?? ''
    case 'AWS::KMS::Key':
      return properties['MultiRegion'] === true ? `mrk-${short}` : `${short}-key`
    case 'AWS::KMS::ReplicaKey':
      return own('PrimaryKeyArn')?.split('/').at(-1) ?? ''
    case 'AWS::SecretsManager::Secret':
      return `arn:aws:secretsmanager:${scope.region}:${scope.account}:secret:${own('Name')}-AbCdEf`
    case 'AWS::Lambda::Permission':
    case 'AWS::Lambda::EventSourceMapping':
    case 'AWS::Logs::SubscriptionFilter':
      return `${unique}-${short}`
    default: {
      const named = nameFields.map(own).find(value => typeof value === 'string')
      return named ?? `${unique}-${short}`
    }
  }
}

function arnOf(type: string, id: string, { account, region }: Pick<Scope, 'account' | 'region'>): string {
  const paths: Record<string, string> = {
    'AWS::Lambda::Function': `lambda:${region}:${account}:function:${id}`,
    'AWS::KMS::Key': `kms:${region}:${account}:key/${id}`,
    'AWS::KMS::ReplicaKey': `kms:${region}:${account}:key/${id}`,
    'AWS::S3::Bucket': `s3:::${id}`,
    'AWS::CloudFront::Function': `cloudfront::${account}:function/${id}`,
  }
  return `arn:aws:${paths[type] ?? `${type.split('::')[1]?.toLowerCase()}:${region}:${account}:${id}`}`
}

/** Types of which a resource becomes a thing in each of several Regions. */
const many: Readonly<Record<string, (one: Thing, account: Account, at: Date) => readonly Thing[]>> = {
  'AWS::DynamoDB::GlobalTable': one =>
    (one.properties['Replicas'] as Properties[]).map(replica => ({
      ...one,
      region: String(replica['Region']),
      properties: { ...structuredClone(one.properties), replica },
    })),
  'AWS::SecretsManager::Secret'(one, _, at) {
    const copies = ((one.properties['ReplicaRegions'] ?? []) as Properties[]).map(copy => String(copy['Region']))
    return [one.region, ...copies].map(region => ({
      ...one,
      region,
      id: String(one.properties['Name']),
      properties: { primary: one.region, copies: [...copies], createdAt: at.getTime() / 1000, value: '' },
    }))
  },
}

/** Applies the resource policies that custom resources put on replicas. */
function applyPolicies(account: Account): void {
  for (const { properties } of thingsOf(account, 'Custom::AWS')) {
    const call = JSON.parse((properties['Create'] ?? '{}') as string) as {
      action?: string
      region?: string
    } & Properties
    if (call.action !== 'PutResourcePolicy') continue
    const { Policy, ResourceArn } = call['parameters'] as Record<string, string>
    const id = ResourceArn?.split('/').at(-1) ?? ''
    const table = thing(account, 'AWS::DynamoDB::GlobalTable', { region: call.region ?? '', id })
    if (table !== undefined) table.properties['policy'] = Policy
  }
}

/** Creates the first keys, as the function of the custom resource does. */
function createCurrentKeys(account: Account, at: Date): void {
  for (const resource of thingsOf(account, 'Custom::SigningKeys')) {
    const secretName = /:secret:(.+)-\w{6}$/.exec(String(resource.properties['SecretArn']))?.[1] ?? ''
    const name = secretName.replace(/-keys$/, '')
    if (thing(account, 'key group', { id: name }) !== undefined) continue
    const keyId = `K${mark(name).toUpperCase()}`
    const { owner } = resource
    account.things.push(
      {
        type: 'key group',
        region: 'global',
        id: name,
        owner,
        properties: { id: `KG${mark(resource.id)}`, keyIds: [keyId] },
      },
      {
        type: 'public key',
        region: 'global',
        id: keyId,
        owner,
        properties: { name: `${name}-${mark(keyId, 16)}`, createdAt: at.toISOString() },
      },
    )
    for (const secret of thingsOf(account, 'AWS::SecretsManager::Secret').filter(({ id }) => id === secretName)) {
      secret.properties['value'] = secretText(account, keyId)
      secret.properties['rotation'] = thingsOf(account, 'AWS::SecretsManager::RotationSchedule').find(
        ({ properties }) => String(properties['SecretId']).includes(`:secret:${secretName}-`),
      )?.properties
    }
  }
}

/** A word in every secret of a test, which no output may contain. */
export const privateWord = 'PRIVATEPRIVATE'

function secretText(account: Account, keyPairId: string): string {
  const mac = { current: 1, slots: { 1: Buffer.alloc(32, 7).toString('base64') }, comment: privateWord }
  const inKms = thingsOf(account, 'AWS::KMS::Key').find(({ id }) => id.startsWith('mrk-'))
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
