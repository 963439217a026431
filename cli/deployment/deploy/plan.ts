import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ResourceDifference } from '@aws-cdk/cloudformation-diff'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedStack } from '../../ports/aws-deploy.ts'
import type { AssembledStack } from '../../ports/cdk.ts'
import type { Aws } from '../../ports/ports.ts'
import type { Pass } from './passes.ts'

/** What a deployment would do to one stack. */
export interface StackPlan {
  readonly stack: string
  readonly region: Region
  readonly kind: 'new' | 'changed' | 'unchanged' | 'removed'
  /** What changes, as `cdk diff` shows it: permissions, resources, and which are replaced or removed. */
  readonly diff: string
  /**
   * The changes that would lose links, files or keys, or the host of links. No setting should cause one that is not refused already; a
   * change of the code could.
   */
  readonly harmful: readonly string[]
}

type Template = Record<string, unknown>

/** Compares the stacks of an assembly with those that are deployed. */
export async function planStacks(
  assembled: readonly AssembledStack[],
  deployed: readonly DeployedStack[],
  aws: Aws,
): Promise<readonly StackPlan[]> {
  const gone = deployed.filter(({ name }) => !assembled.some(stack => stack.name === name))
  const wanted = [...assembled, ...gone.map(({ name, region }) => ({ name, region, template: '' }))]
  return Promise.all(
    wanted.map(async ({ name, region, template }) => {
      const existing = deployed.find(stack => stack.name === name)
      // A stack whose creation never began has no template.
      const before = existing === undefined ? '' : await aws.stackChanges.template(existing)
      return { stack: name, region, ...(await compare(before, template, name)) }
    }),
  )
}

async function compare(
  before: string,
  after: string,
  stack: string,
): Promise<Pick<StackPlan, 'kind' | 'diff' | 'harmful'>> {
  if (after === '') return { kind: 'removed', diff: '', harmful: [] }
  if (before === '' || before === '{}') return { kind: 'new', diff: '', harmful: [] }
  // Loaded here: it takes half a second and 100 MB, and no other command needs it.
  const { formatDifferences, fullDiff } = await import('@aws-cdk/cloudformation-diff')
  const diff = fullDiff(JSON.parse(before) as Template, JSON.parse(after) as Template)
  const harmful: string[] = []
  diff.resources.forEachDifference((id, change) => {
    const what = harmOf(change)
    if (what !== undefined) harmful.push(`${stack}: ${change.oldResourceType ?? ''} ${id} would be ${what}`)
  })
  const stream = new PassThrough()
  formatDifferences(stream, diff)
  stream.end()
  return { kind: diff.isEmpty ? 'unchanged' : 'changed', diff: (await text(stream)).trimEnd(), harmful }
}

/** Types of resources that hold links, files or keys, or whose name is in every link. */
const lasting: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::CloudFront::Distribution',
])

/** The state of an api and the bucket of access logs may go, when the settings no longer want them. */
function harmOf({ changeImpact, oldResourceType: type = '', oldProperties }: ResourceDifference): string | undefined {
  if (!lasting.has(type)) return undefined
  if ((changeImpact as string) === 'WILL_REPLACE') return 'replaced'
  const goes = ['WILL_DESTROY', 'WILL_ORPHAN'].includes(changeImpact)
  const mayGo = type === 'AWS::S3::Bucket' || String(oldProperties?.['TableName']).endsWith('-api-state')
  return goes && !mayGo ? 'deleted' : undefined
}

/** Returns the plan as text: each stack with what changes, and the passes if several. */
export function planText(plans: readonly StackPlan[], passes: readonly Pass[]): string {
  return [
    ...plans.map(({ stack, kind, diff }) => (diff === '' ? `${stack}: ${kind}` : `${stack}: ${kind}\n${diff}`)),
    ...(passes.length > 1 ? ['passes:', ...passes.map(({ purpose }, index) => `  ${index + 1}. ${purpose}`)] : []),
  ].join('\n')
}
