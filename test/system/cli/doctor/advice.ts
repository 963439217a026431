import type { Account, Properties, Template, Thing } from '../../../support/cli/control-plane/account.ts'
import { thing, thingsOf } from '../../../support/cli/control-plane/account.ts'
import { newStack } from '../../../support/cli/control-plane/cloudformation/actions.ts'
import { start } from '../../../support/cli/control-plane/cloudformation/operations.ts'
import { testTime } from '../../../support/cli/on-account.ts'
import type { Variant } from '../../infra/synthesised.ts'
import { templatesOf } from '../deployments.ts'

/** What a person needs to follow an advice of the doctor. */
export interface Follower {
  readonly account: Account
  readonly variant: Variant
  /** Runs a command of `once`. */
  readonly once: (...args: readonly string[]) => Promise<{ readonly code: number }>
}

/** Follows an advice to the letter; throws if it is neither a command nor a time to wait. */
export async function follow(todo: string, follower: Follower): Promise<void> {
  const [command = ''] = todo.split(/; (?:if that fails|the reason:)/)
  if (command.startsWith('wait ')) return wait(follower.account)
  if (command.startsWith('in CloudFront, ')) return inCloudFront(command, follower.account)
  for (const line of command.split(' && ')) await run(line, follower)
}

async function run(line: string, { account, variant, once }: Follower): Promise<void> {
  const [program, ...args] = wordsOf(line)
  if (program === 'aws') return aws(args, account)
  if (line === 'npm run deploy') return deploy(account, variant, false)
  if (line === 'npm run deploy -- --revert-drift') return deploy(account, variant, true)
  if (line !== 'npm run once -- restore --plan') throw new Error(`no one can follow this: ${line}`)
  // The plan says what comes next: its own command, then a deployment.
  const result = await once('restore', '--yes', 'once')
  if (result.code !== 0) throw new Error(`restore ended with ${result.code}`)
  return deploy(account, variant, true)
}

/** Splits a line as a shell does, as far as our advice needs it: single quotes, and the output of another command as it is. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\$\([^)]*\)|[^\s'])+/g) ?? []
  return words.map(word => word.replaceAll("'", ''))
}

/** Deploys every stack with the stand-in for CloudFormation; without `revertDrift`, it sees no change by hand. */
function deploy(account: Account, variant: Variant, revertDrift: boolean): void {
  const { templates, order, regions } = templatesOf(variant)
  for (const name of order) {
    const known = account.stacks.find(stack => stack.name === name && stack.status !== 'DELETE_COMPLETE')
    const stack = known ?? newStack(account, { name, region: regions[name] ?? '' })
    if (known === undefined) account.stacks.push(stack)
    const template = structuredClone(templates[name]) as unknown as Template
    start(account, stack, { operation: { kind: 'deploy', template, rollback: true, revertDrift }, describes: 0 })
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(stack.status)) {
      const reasons = stack.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ reason }) => reason)
      throw new Error(`${name} is ${stack.status}: ${reasons.join('; ')}`)
    }
    stack.terminationProtection = true
  }
}

/** Lets the time pass in which CloudFront deploys, DynamoDB updates, and CloudFormation ends. */
function wait({ things }: Account): void {
  for (const { properties } of things) delete properties['status']
}

/** Does in CloudFront's console what no single command does: each changes the whole configuration of a distribution. */
function inCloudFront(sentence: string, account: Account): void {
  for (const { id, properties } of thingsOf(account, 'AWS::CloudFront::Distribution')) {
    if (!sentence.includes(id)) throw new Error(`it names no distribution: ${sentence}`)
    const config = properties['DistributionConfig'] as Properties & {
      DefaultCacheBehavior: Properties
      CacheBehaviors: Properties[]
    }
    if (sentence.includes('standard logging (legacy)')) delete config['Logging']
    else if (sentence.includes('the real-time log of *')) delete config.DefaultCacheBehavior['RealtimeLogConfigArn']
    else if (sentence.includes('the trusted signers')) delete config.DefaultCacheBehavior['TrustedSigners']
    else if (sentence.includes('/d/*')) delete config.CacheBehaviors[0]?.['TrustedKeyGroups']
    else throw new Error(`no one can follow this: ${sentence}`)
  }
}

function aws([service = '', verb = '', ...rest]: readonly string[], account: Account): void {
  const options: Record<string, string> = {}
  rest.forEach((word, index) => {
    if (word.startsWith('--')) options[word.slice(2)] = rest[index + 1] ?? ''
  })
  const command = commands[`${service} ${verb}`]
  if (command === undefined) throw new Error(`the test makes no call aws ${service} ${verb}`)
  command(account, options)
}

type Options = Readonly<Record<string, string>>

function existing(account: Account, types: readonly string[], { region, id }: { region?: string; id: string }): Thing {
  const found = types.flatMap(type => thing(account, type, { ...(region !== undefined && { region }), id }) ?? [])[0]
  if (found === undefined) throw new Error(`there is no ${types.join(' or ')} ${id} in ${region}`)
  return found
}

const secretOf = (account: Account, { region = '', 'secret-id': id = '' }: Options) =>
  existing(account, ['AWS::SecretsManager::Secret'], { region, id }).properties
const keyOf = (account: Account, { region = '', 'key-id': id = '' }: Options) =>
  existing(account, ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey'], { region, id: id.split('/').at(-1) ?? '' }).properties

/** The calls that our advice names, each with the effect that AWS documents. */
const commands: Readonly<Record<string, (account: Account, options: Options) => void>> = {
  'cloudformation update-termination-protection'(account, { region, 'stack-name': name }) {
    for (const stack of account.stacks)
      if (stack.name === name && stack.region === region) stack.terminationProtection = true
  },
  'dynamodb put-resource-policy'(account, { region = '', 'resource-arn': arn = '', policy }) {
    const id = arn.split('/').at(-1) ?? ''
    existing(account, ['AWS::DynamoDB::GlobalTable'], { region, id }).properties['policy'] = policy
  },
  'secretsmanager restore-secret': (account, options) => void delete secretOf(account, options)['deletedAt'],
  'secretsmanager replicate-secret-to-regions'(account, options) {
    const [, region = ''] = /^Region=([^,]+)/.exec(options['add-replica-regions'] ?? '') ?? []
    Object.assign(secretOf(account, options)['statuses'] as object, { [region]: 'InSync' })
  },
  'secretsmanager rotate-secret'(account, options) {
    const secret = secretOf(account, options)
    const rules = /^ScheduleExpression=(.+)$/.exec(options['rotation-rules'] ?? '')?.[1]
    if (rules !== undefined) secret['rotation'] = { RotationRules: { ScheduleExpression: rules } }
    if ('no-rotate-immediately' in options) return
    secret['rotatedAt'] = testTime.getTime() / 1000
    for (const { properties } of thingsOf(account, 'public key')) properties['createdAt'] = testTime.toISOString()
  },
  'lambda invoke'(account, { 'function-name': id = '', region = '', payload }) {
    existing(account, ['AWS::Lambda::Function'], { region, id })
    if (id !== 'once-keys-create' || payload !== '{"RequestType":"Update"}') throw new Error(`no one calls ${id} so`)
    const { value } = existing(account, ['AWS::SecretsManager::Secret'], { region, id: 'once-keys' }).properties
    const { keyPairId } = (JSON.parse(String(value)) as { signing: { keyPairId: string } }).signing
    const group = existing(account, ['key group'], { id: 'once' }).properties
    group['keyIds'] = [...new Set([...(group['keyIds'] as string[]), keyPairId])]
  },
  'lambda update-event-source-mapping'(account, { uuid: id = '', region = '', ...options }) {
    if (!('enabled' in options)) throw new Error('it needs --enabled')
    existing(account, ['AWS::Lambda::EventSourceMapping'], { region, id }).properties['state'] = 'Enabled'
  },
  'cloudfront update-key-group'(account, { id, 'key-group-config': config = '' }) {
    const { Items } = JSON.parse(config) as { Items: string[] }
    const group = thingsOf(account, 'key group').find(({ properties }) => properties['id'] === id)
    if (group !== undefined) group.properties['keyIds'] = Items
  },
  'kms enable-key'(account, options) {
    const key = keyOf(account, options)
    if (key['state'] === 'PendingDeletion') throw new Error('KMSInvalidStateException')
    key['state'] = 'Enabled'
  },
  'kms cancel-key-deletion': (account, options) => void (keyOf(account, options)['state'] = 'Disabled'),
  'wafv2 delete-logging-configuration'(account, { 'resource-arn': arn = '' }) {
    delete existing(account, ['AWS::WAFv2::WebACL'], { id: arn.split('/').at(-1) ?? '' }).properties['logs']
  },
  'logs put-retention-policy'(account, { region = '', 'log-group-name': id = '', 'retention-in-days': days }) {
    existing(account, ['AWS::Logs::LogGroup'], { region, id }).properties['RetentionInDays'] = Number(days)
  },
  'service-quotas request-service-quota-increase'(account, { region = '', 'desired-value': value }) {
    const settings: Properties = existing(account, ['account settings'], { region, id: 'lambda' }).properties
    settings['ConcurrentExecutions'] = Number(value)
  },
}
