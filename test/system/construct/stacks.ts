import { readFileSync } from 'node:fs'
import { type App, type Environment, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { emptyApp } from './constructed.ts'

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>
}

/** The account of the stacks of tests. */
const account = '111111111111'

/** Our feature flags, but that one for which `apiLogRole` stands in our own app. */
const ours = { ...context, '@aws-cdk/aws-apigateway:disableCloudWatchRole': false }

/** Creates an app for one test, by default with our feature flags. Functions have no code. */
export function createApp(flags: Record<string, unknown> = ours): App {
  return emptyApp(flags)
}

/** Creates a stack of the app. */
export function createStack(app: App, id: string, env: Environment = {}): Stack {
  return new Stack(app, id, { env: { account, region: 'us-east-1', ...env } })
}

/** A statement of a policy, as JSON. */
export interface Statement {
  readonly Action: unknown
  readonly Resource: unknown
  readonly Principal?: unknown
  readonly Condition?: unknown
}

/** Returns the statements of all policies of a type, such as `AWS::S3::BucketPolicy`, in a stack. */
export function statementsOf(stack: Stack, type: string, path = 'PolicyDocument'): readonly Statement[] {
  const found = Object.values(Template.fromStack(stack).findResources(type)) as {
    Properties: Record<string, unknown>
  }[]
  return found.flatMap(
    ({ Properties }) => (Properties[path] as { Statement: readonly Statement[] } | undefined)?.Statement ?? [],
  )
}

/** Returns the ids of the construct's own warnings in a stack, without `once-at-edge:`. */
export function warningsOf(stack: Stack): readonly string[] {
  const all = stack.node.findAll().flatMap(({ node }) => node.metadata)
  const texts = all.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data))
  return texts.flatMap(text => /\[ack: once-at-edge:([a-z-]+)\]/.exec(text)?.[1] ?? [])
}

/** Returns the text of the outputs of a stack whose ids end with `ID` and a hash, with references as `{Id}`. */
export function outputOf(stack: Stack, id: string): string | undefined {
  const outputs = Template.fromStack(stack).findOutputs('*')
  const name = Object.keys(outputs).find(each => new RegExp(`${id}[0-9A-F]{8}$`).test(each))
  return name === undefined ? undefined : textOf((outputs[name] as { Value: unknown }).Value)
}

/** Returns a value of a template as text; references become `{Id}` or `{Id.Attribute}`, values of other stacks `{stack.output}`. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const [[kind, of] = []] = Object.entries(value)
  if (kind === 'Ref') return `{${String(of)}}`
  if (kind === 'Fn::Join') return (of as [string, unknown[]])[1].map(textOf).join((of as [string])[0])
  if (kind === 'Fn::Select') return '{part}'
  if (kind === 'Fn::Sub') return String(of)
  if (kind === 'Fn::ImportValue') return `{${String(of)}}`
  if (kind === 'Fn::GetAtt') return `{${(of as string[]).join('.')}}`
  if (kind === 'Fn::GetStackOutput') {
    const { StackName, OutputName } = of as { StackName: string; OutputName: string }
    return `{${StackName}.${OutputName}}`
  }
  throw new Error(`a value of another kind: ${JSON.stringify(value)}`)
}
