import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { AssembledStack, Cdk, CdkDeployOptions, CdkResult } from '../../../cli/ports/cdk.ts'
import { fixedSettingsOf, settingsInForce } from '../../../infra/settings/fixed-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import { type FakeAccount, type FakeStack, put, stackOf, type Thing, type ThingKind, valueOf } from './fake-account.ts'
import { noted } from './fake-aws.ts'
import { thingsOf } from './fake-things.ts'
import { isIn, remove } from './fake-stacks.ts'

/** The types of what commands look for among the resources of stacks. */
const types: Readonly<Partial<Record<ThingKind, string>>> = {
  table: 'AWS::DynamoDB::GlobalTable',
  bucket: 'AWS::S3::Bucket',
  secret: 'AWS::SecretsManager::Secret',
  function: 'AWS::Lambda::Function',
  'log group': 'AWS::Logs::LogGroup',
  distribution: 'AWS::CloudFront::Distribution',
  api: 'AWS::ApiGateway::RestApi',
  'log role': 'AWS::ApiGateway::Account',
  role: 'AWS::IAM::Role',
  topic: 'AWS::SNS::Topic',
  'KMS key': 'AWS::KMS::Key',
  delivery: 'AWS::Logs::Delivery',
  alarm: 'AWS::CloudWatch::Alarm',
  dashboard: 'AWS::CloudWatch::Dashboard',
  bus: 'AWS::Events::EventBus',
  'scan plan': 'AWS::GuardDuty::MalwareProtectionPlan',
}

const typeOf = (kind: ThingKind) => types[kind] ?? `Custom::${kind.replaceAll(' ', '')}`

/** The CDK, and what goes wrong with it. */
export interface FakeCdk extends Cdk {
  /** The settings of each synthesis. */
  readonly syntheses: string[]
  /** Deployments of stacks that end like this, each so many times. */
  readonly fails: { readonly stack: string; readonly how: 'failed' | 'rollback-first'; times: number }[]
  /** The options of each deployment of a stack. */
  readonly deployed: (Pick<CdkDeployOptions, 'rollback' | 'revertDrift'> & { readonly name: string })[]
}

/** A template: what the stack makes, and its outputs. */
interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: { readonly is: Thing } }>>
  readonly Outputs: Readonly<Record<string, { readonly Value: string }>>
}

/** Returns the CDK on an account. A stack is deployed at once. */
export function cdkOn(account: FakeAccount): FakeCdk {
  const [syntheses, fails, deployed]: [string[], FakeCdk['fails'], FakeCdk['deployed']] = [[], [], []]
  const protections = new Map<string, readonly string[]>()
  const cdk: Cdk = {
    async synth({ settings: written, protectedStacks }) {
      const settings = parseSettings(written)
      const folder = `out/${syntheses.push(JSON.stringify(settings))}`
      protections.set(folder, protectedStacks)
      return { folder, stacks: assembled(settings, account) }
    },
    async deploy(stack, { folder, rollback, revertDrift }) {
      deployed.push({ name: stack.name, rollback, revertDrift })
      const fault = fails.find(each => each.stack === stack.name && each.times > 0)
      if (fault !== undefined) fault.times -= 1
      const isProtected = protections.get(folder)?.includes(stack.name) === true
      return end(stack, account, { fails: fault?.how, rollback, isProtected })
    },
  }
  return { ...noted(account, { cdk }).cdk, syntheses, fails, deployed }
}

function assembled(settings: Settings, account: FakeAccount): readonly AssembledStack[] {
  const things = thingsOf(settings)
  const names = physicalNames(settings.name, account.id)
  return stacksOf(settings, names).map(({ name, region }) => {
    const resources = things
      .filter(({ owner }) => owner === name)
      .map(is => [
        `${is.kind} ${is.region} ${is.name}`,
        {
          Type: isIn(is, { region }) ? typeOf(is.kind) : 'Custom::Copy',
          Properties: propertiesOf(is, things),
        },
      ])
    const outputs = Object.entries(outputsOf(settings, { name, region })).map(([key, Value]) => [key, { Value }])
    const template = {
      Resources: Object.fromEntries(resources) as object,
      Outputs: Object.fromEntries(outputs) as object,
    }
    return { name, region, template: JSON.stringify(template), bootstrap: 6 }
  })
}

/** The names that the preflight and the plan read, and the replicas of a table. */
function propertiesOf(is: Thing, things: readonly Thing[]): object {
  const named = { function: 'FunctionName', 'log group': 'LogGroupName', table: 'TableName' }[is.kind as string]
  const isReplica = ({ kind, name, owner }: Thing) => kind === 'table' && name === is.name && owner === is.owner
  const Replicas = things.filter(isReplica).map(({ region: Region }) => ({ Region }))
  return { ...(named !== undefined && { [named]: is.name }), ...(is.kind === 'table' && { Replicas }), is }
}

function outputsOf(
  settings: Settings,
  { name, region }: Pick<AssembledStack, 'name' | 'region'>,
): Record<string, string> {
  if (name !== `${settings.name}-${region}`) return {}
  const [api] = apiRegionsOf(settings)
  const host = settings.domainName ?? 'd1.cloudfront.net'
  return {
    ...(region === api && { Url: `https://api-${region}.example/` }),
    ...(settings.sendPage !== undefined &&
      region === settings.homeRegions[0] && {
        SendPageUrl: 'https://d2.cloudfront.net/',
        SendPageRedirectUri: 'https://d2.cloudfront.net/callback.html',
      }),
    ...(region === edgeStackRegion && {
      Deployment: JSON.stringify(fixedSettingsOf(settings)),
      Settings: JSON.stringify(settingsInForce(settings)),
      LinkOrigin: `https://${host}`,
    }),
  }
}

interface Ending {
  readonly fails: 'failed' | 'rollback-first' | undefined
  readonly rollback: boolean
  readonly isProtected: boolean
}

/** Deploys a stack, or leaves it as a failure does: a creation that is not rolled back keeps all but the last of what it makes. */
function end(stack: AssembledStack, account: FakeAccount, { fails, rollback, isProtected }: Ending): CdkResult {
  const found = stackOf(account, stack.name)
  if (fails === 'rollback-first' || (found?.status === 'CREATE_FAILED' && rollback)) return { kind: 'rollback-first' }
  const isNew = found === undefined
  const current = found ?? newStack(stack, account)
  current.isProtected = isProtected
  const { Resources, Outputs } = JSON.parse(stack.template) as Template
  const wanted = Object.values(Resources).map(({ Properties }) => Properties.is)
  const why = fails ?? refusalOf(current, wanted, account)
  if (why !== undefined && rollback) {
    current.status = 'UPDATE_ROLLBACK_COMPLETE'
    return { kind: 'failed' }
  }
  if (why !== undefined) {
    make(current, wanted.slice(0, -1), account)
    current.status = isNew ? 'CREATE_FAILED' : current.status
    return { kind: 'failed' }
  }
  make(current, wanted, account)
  current.status = current.wasComplete ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE'
  current.wasComplete = true
  current.template = stack.template
  current.outputs = Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, Value]))
  return { kind: 'deployed' }
}

function newStack({ name, region }: AssembledStack, account: FakeAccount): FakeStack {
  const id = `arn:aws:cloudformation:${region}:${account.id}:stack/${name}/${account.stacks.length}`
  const made = { name, region, id, status: 'CREATE_IN_PROGRESS', reason: '', outputs: {}, isProtected: false }
  const stack = { ...made, template: '{}', wasComplete: false, resources: [] }
  account.stacks.push(stack)
  return stack
}

/** DynamoDB adds or removes one replica of a table in an update, and removes nothing that is protected. */
function refusalOf(
  { wasComplete, name }: FakeStack,
  wanted: readonly Thing[],
  account: FakeAccount,
): string | undefined {
  if (!wasComplete) return undefined
  const isTable = ({ kind, owner }: Thing) => kind === 'table' && owner === name
  const [before, after] = [[...account.things.values()].filter(isTable), wanted.filter(isTable)]
  const without = (list: readonly Thing[], others: readonly Thing[]) =>
    list.filter(each => !others.some(other => other.name === each.name && other.region === each.region))
  const [gone, added] = [without(before, after), without(after, before)]
  if (gone.some(({ value }) => (value as { deletionProtected: boolean }).deletionProtected))
    return 'a table is protected'
  const replicas = [...gone, ...added].filter(({ name: table }) => table.endsWith('-links'))
  return before.length > 0 && replicas.length > 1 ? 'more than one replica changes' : undefined
}

/** What stacks make once, and others change. */
const changing: ReadonlySet<ThingKind> = new Set(['current key', 'version'])

/** Makes what a stack wants, and deletes what it no longer wants. */
function make(stack: FakeStack, wanted: readonly Thing[], account: FakeAccount): void {
  const isWanted = (thing: Thing) =>
    wanted.some(({ kind, region, name }) => kind === thing.kind && region === thing.region && name === thing.name)
  const owned = [...account.things.values()].filter(({ owner }) => owner === stack.name)
  for (const thing of owned) if (!isWanted(thing)) remove(account, thing)
  const isNew = ({ kind, region, name }: Thing) =>
    !changing.has(kind) || valueOf(account, kind, [name, region]) === undefined
  for (const thing of wanted.filter(isNew)) put(account, { ...structuredClone(thing), owner: stack.name })
  stack.resources = wanted
    .filter(thing => types[thing.kind] !== undefined && isIn(thing, stack))
    .map(({ kind, name }) => ({
      kind,
      type: typeOf(kind),
      physicalId: name,
      status: 'CREATE_COMPLETE',
      reason: '',
    }))
}
