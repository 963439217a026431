import type { TemplateDiff } from '@aws-cdk/cloudformation-diff'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedStack } from '../../ports/aws-deploy.ts'
import type { AssembledStack } from '../../ports/cdk.ts'
import type { Aws } from '../../ports/ports.ts'

/** A change of one resource. */
export interface ResourceChange {
  readonly id: string
  readonly type: string
  /** Its name in AWS, if the template gives it one as text. */
  readonly name: string | undefined
}

/** What a deployment would do to one stack. */
export interface StackPlan {
  readonly stack: string
  readonly region: Region
  readonly kind: 'new' | 'changed' | 'unchanged' | 'removed'
  readonly created: readonly ResourceChange[]
  readonly changed: readonly ResourceChange[]
  /** Resources that are deleted and made again. */
  readonly replaced: readonly ResourceChange[]
  /** Resources of which only AWS knows whether they are replaced or changed. */
  readonly maybeReplaced: readonly ResourceChange[]
  readonly removed: readonly ResourceChange[]
  /** Permissions that are added, and denials that are removed. */
  readonly widened: readonly string[]
}

/** Compares the stacks of an assembly with those that are deployed. */
export async function planStacks(
  assembled: readonly AssembledStack[],
  deployed: readonly DeployedStack[],
  aws: Aws,
): Promise<readonly StackPlan[]> {
  // Loaded here: it takes half a second and 100 MB, and no other command needs it.
  const { fullDiff } = await import('@aws-cdk/cloudformation-diff')
  const plans = assembled.map(async ({ name, region, template }) => {
    const existing = deployed.find(stack => stack.name === name)
    const before = existing === undefined ? '{}' : await aws.stackChanges.template(existing)
    const diff = fullDiff(parse(before), parse(template))
    const isNew = before === '{}' || before === ''
    return planOf(diff, { stack: name, region, kind: isNew ? 'new' : diff.isEmpty ? 'unchanged' : 'changed' })
  })
  const gone = deployed
    .filter(({ name }) => !assembled.some(stack => stack.name === name))
    .map(async stack => {
      const diff = fullDiff(parse(await aws.stackChanges.template(stack)), {})
      return planOf(diff, { stack: stack.name, region: stack.region, kind: 'removed' })
    })
  return Promise.all([...plans, ...gone])
}

/** A stack whose creation never began has no template. */
function parse(template: string): Record<string, unknown> {
  return template === '' ? {} : (JSON.parse(template) as Record<string, unknown>)
}

function planOf(diff: TemplateDiff, stack: Pick<StackPlan, 'stack' | 'region' | 'kind'>): StackPlan {
  const byImpact = new Map<string, ResourceChange[]>()
  diff.resources.forEachDifference((id, change) => {
    const list = byImpact.get(change.changeImpact) ?? []
    const properties = (change.oldProperties ?? change.newProperties ?? {}) as Record<string, unknown>
    const name = ['TableName', 'BucketName', 'FunctionName', 'Name'].map(field => properties[field]).find(isText)
    byImpact.set(change.changeImpact, [
      ...list,
      { id, type: change.newResourceType ?? change.oldResourceType ?? '', name },
    ])
  })
  const of = (...impacts: readonly string[]) => impacts.flatMap(impact => byImpact.get(impact) ?? [])
  return {
    ...stack,
    created: of('WILL_CREATE', 'WILL_IMPORT'),
    changed: of('WILL_UPDATE'),
    replaced: of('WILL_REPLACE'),
    maybeReplaced: of('MAY_REPLACE'),
    removed: of('WILL_DESTROY', 'WILL_ORPHAN'),
    widened: widenedBy(diff),
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function widenedBy({ iamChanges: { statements, managedPolicies } }: TemplateDiff): readonly string[] {
  const added = statements.additions.filter(({ effect }) => (effect as string) === 'Allow')
  const undenied = statements.removals.filter(({ effect }) => (effect as string) === 'Deny')
  const text = ({ principals, actions, resources, condition }: (typeof added)[number]) =>
    `${listOf(principals)}: ${listOf(actions)} on ${listOf(resources)}${condition === undefined ? '' : ', with conditions'}`
  return [
    ...added.map(text),
    ...undenied.map(statement => `no longer denied: ${text(statement)}`),
    ...managedPolicies.additions.map(({ identityArn, managedPolicyArn }) => `${identityArn}: ${managedPolicyArn}`),
  ]
}

function listOf({ values, not }: { readonly values: readonly string[]; readonly not: boolean }): string {
  return `${not ? 'all but ' : ''}${values.join(' ') || '-'}`
}

/** Types of resources that hold links, files or keys, or whose name is in every link. */
const lasting: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::CloudFront::Distribution',
])

/**
 * Returns the changes that would lose links, files or keys, or the host of links. No setting should cause one that is not refused
 * already; a change of the code could.
 */
export function harmfulChanges(plans: readonly StackPlan[]): readonly string[] {
  return plans.flatMap(({ stack, replaced, removed, kind }) => [
    ...replaced
      .filter(({ type }) => lasting.has(type))
      .map(({ type, id }) => `${stack}: ${type} ${id} would be replaced`),
    ...removed
      .filter(({ type, name }) => kind !== 'removed' && lasting.has(type) && isLinksOrKeys(type, name))
      .map(({ type, id }) => `${stack}: ${type} ${id} would be deleted`),
  ])
}

/** The state of an api and the bucket of access logs may go, when the settings no longer want them. */
function isLinksOrKeys(type: string, name: string | undefined): boolean {
  return type !== 'AWS::S3::Bucket' && name?.endsWith('-api-state') !== true
}
