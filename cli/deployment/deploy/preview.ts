import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import type { TemplateDiff } from '@aws-cdk/cloudformation-diff'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedStack } from '../../ports/aws-stacks.ts'
import type { AssembledStack } from '../../ports/cdk.ts'
import type { Aws } from '../../ports/ports.ts'
import { table } from '../../terminal/text.ts'
import type { Pass } from './passes.ts'

/** What a deployment would do to one stack. */
export interface StackPreview {
  readonly stack: string
  readonly region: Region
  readonly kind: 'new' | 'changed' | 'unchanged' | 'removed'
  /** What changes in it, permissions first, as `cdk diff` shows it; empty unless it is `changed`. */
  readonly differences: string
  /** What would lose links, files or keys, or the host of links. */
  readonly harmful: readonly string[]
}

/** Compares the stacks of an assembly with those that are deployed. */
export async function previewStacks(
  assembled: readonly AssembledStack[],
  deployed: readonly DeployedStack[],
  aws: Aws,
): Promise<readonly StackPreview[]> {
  // Loaded here: it takes half a second and 100 MB, and no other command needs it.
  const { formatDifferences, fullDiff } = await import('@aws-cdk/cloudformation-diff')
  const previews = assembled.map(async ({ name: stack, region, template }): Promise<StackPreview> => {
    const existing = deployed.find(({ name }) => name === stack)
    const before = existing === undefined ? '' : await aws.stacks.template(existing)
    // A stack whose creation never began has no template.
    if (before === '' || before === '{}') return { stack, region, kind: 'new', differences: '', harmful: [] }
    const diff = fullDiff(parse(before), parse(template))
    const stream = new PassThrough()
    formatDifferences(stream, diff)
    // Without colours: a terminal gets no escapes, which it would interpret.
    const differences = stripVTControlCharacters(await text(stream.end()))
    return { stack, region, kind: diff.isEmpty ? 'unchanged' : 'changed', differences, harmful: harmIn(stack, diff) }
  })
  const gone = deployed
    .filter(({ name }) => !assembled.some(stack => stack.name === name))
    .map(({ name, region }) => ({ stack: name, region, kind: 'removed', differences: '', harmful: [] }) as const)
  return [...(await Promise.all(previews)), ...gone]
}

function parse(template: string): Record<string, unknown> {
  return JSON.parse(template) as Record<string, unknown>
}

/** Returns the preview as text: a row per stack, what changes in those that exist, and the passes if several. */
export function previewText(previews: readonly StackPreview[], passes: readonly Pass[]): string {
  const changed = previews.filter(({ differences }) => differences !== '')
  return [
    table(previews.map(({ stack, kind }) => [stack, kind])),
    ...changed.map(({ stack, differences }) => `\n${stack}:\n${differences}`),
    ...(passes.length === 1 ? [] : ['passes:', ...passes.map(({ purpose }, index) => `  ${index + 1}. ${purpose}`)]),
  ].join('\n')
}

/** Types of resources that hold links, files or keys, or whose name is in every link. */
const lasting: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::CloudFront::Distribution',
])

/** Returns the changes that would lose something. No setting should cause one that is not refused already; a change of the code could. */
function harmIn(stack: string, diff: TemplateDiff): readonly string[] {
  const harmful: string[] = []
  diff.resources.forEachDifference((id, { changeImpact, oldResourceType: type = '', oldProperties }) => {
    const impact: string = changeImpact
    if (!lasting.has(type)) return
    if (impact === 'WILL_REPLACE') harmful.push(`${stack}: ${type} ${id} would be replaced`)
    const isDeleted = impact === 'WILL_DESTROY' || impact === 'WILL_ORPHAN'
    if (isDeleted && isLinksOrKeys(type, oldProperties)) harmful.push(`${stack}: ${type} ${id} would be deleted`)
  })
  return harmful
}

/** The state of an api and the bucket of access logs may go, when the settings no longer want them. */
function isLinksOrKeys(type: string, { TableName }: Readonly<Record<string, unknown>> = {}): boolean {
  return type !== 'AWS::S3::Bucket' && !(typeof TableName === 'string' && TableName.endsWith('-api-state'))
}
