import { type Account, AwsError, type Resource, type Stack, type Template } from '../account.ts'
import { arnOf } from './physical.ts'
import { resourceType } from './specification.ts'
import { isTrue, resolved, type Scope } from './values.ts'

/** What a change set shows of a value that only its execution creates. */
export const knownLater = '{{changeSet:KNOWN_AFTER_APPLY}}'

/** Returns how values of a template, by default its own, are resolved for a stack. `early`: what doesn't exist yet is `knownLater`. */
export function scopeOf(
  account: Account,
  stack: Stack,
  { template = stack.template, early = false }: { readonly template?: Template; readonly early?: boolean } = {},
): Scope {
  const { region } = stack
  const absent = (message: string): never | string => {
    if (early) return knownLater
    throw new AwsError('ValidationError', message)
  }
  const live = (logicalId: string) =>
    stack.resources.find(each => each.logicalId === logicalId && each.id !== '' && isLive(each))
  const scope: Scope = {
    pseudo: {
      'AWS::AccountId': account.id,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackId': stack.id,
      'AWS::StackName': stack.name,
    },
    ref(name) {
      const parameter = template.Parameters?.[name]
      if (parameter !== undefined) return parameter.Default ?? ''
      return live(name)?.id ?? absent(`Template format error: Unresolved resource dependencies [${name}]`)
    },
    attribute(logicalId, name) {
      const found = live(logicalId)
      if (found === undefined) return absent(`Template format error: Unresolved resource dependencies [${logicalId}]`)
      return attributeOf(found, name, { account, stack })
    },
    output: ({ stack: name, name: output, region: other = region }) =>
      liveStack(account, name, other)?.outputs[output]?.value ??
      absent(`Stack ${name} in ${other} has no output ${output}`),
    exported: name => exportOf(account, region, name) ?? absent(`No export named ${name} found.`),
    mapped: (map, key, name) => template.Mappings?.[map]?.[key]?.[name],
    condition: name => isTrue(template.Conditions?.[name], scope),
  }
  return scope
}

/** Returns whether a stack still has a resource. */
export function isLive({ status }: Resource): boolean {
  return status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED'
}

/** Returns the stack of a name that isn't deleted; undefined if there is none. */
export function liveStack({ stacks }: Account, name: string, region: string): Stack | undefined {
  return stacks.find(each => each.name === name && each.region === region && each.status !== 'DELETE_COMPLETE')
}

function exportOf({ stacks }: Account, region: string, name: string): string | undefined {
  return stacks
    .filter(stack => stack.region === region && stack.status !== 'DELETE_COMPLETE')
    .flatMap(stack => Object.values(stack.outputs))
    .find(({ exportName }) => exportName === name)?.value
}

function attributeOf(resource: Resource, name: string, place: { account: Account; stack: Stack }): unknown {
  const { type, id, logicalId, attributes } = resource
  if (attributes?.[name] !== undefined) return attributes[name]
  const known = resourceType(type)
  if (known === undefined) {
    throw new AwsError(
      'ValidationError',
      `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${logicalId}`,
    )
  }
  if (!known.attributes.has(name)) {
    throw new AwsError(
      'ValidationError',
      `Requested attribute ${name} must be a readonly property in schema for ${type}`,
    )
  }
  if (name === 'Arn' || name === 'FunctionARN') return arnOf(type, id, place)
  if (name === 'KeyId' || name === 'Id') return id
  if (type === 'AWS::CloudFront::Distribution') return `d${id.toLowerCase()}.cloudfront.net`
  if (name === 'Version') return id.split(':').at(-1)
  return `${id}.${name}`
}

/** Resolves the outputs of a template. */
export function outputsOf({ Outputs = {} }: Template, scope: Scope): Stack['outputs'] {
  return Object.fromEntries(
    Object.entries(Outputs)
      .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
      .map(([name, { Value, Export }]) => [
        name,
        {
          value: String(resolved(Value, scope)),
          ...(Export && { exportName: String(resolved(Export.Name, scope)) }),
        },
      ]),
  )
}
