import {
  type Account,
  AwsError,
  type ChangeSet,
  type Properties,
  type Resource,
  type Stack,
  type Template,
} from '../account.ts'
import { checkName } from './physical.ts'
import { checkProperties, isReplaced } from './provision.ts'
import { isLive, scopeOf } from './scope.ts'
import { resourceType } from './specification.ts'
import { creationOrder } from './template.ts'
import { hasDrifted } from './things.ts'
import { resolved } from './values.ts'

/** What a change set is made of. */
export interface ChangeSetInput {
  readonly name: string
  readonly template: Template
  readonly tags: readonly Properties[]
  readonly revertDrift: boolean
}

/** Creates a change set, which fails if nothing changes or the validation before a deployment finds something. */
export function createChangeSet(account: Account, stack: Stack, input: ChangeSetInput): ChangeSet {
  account.serial += 1
  const { name, template } = input
  const id = `arn:aws:cloudformation:${stack.region}:${account.id}:changeSet/${name}/${account.serial}`
  const common = { ...input, id, time: account.now }
  const problems = problemsOf(account, stack, template)
  if (problems.length > 0) {
    return { ...common, changes: [], status: 'FAILED', reason: problems.join('; ') }
  }
  const changes = changesOf(account, stack, input)
  const isSame =
    changes.length === 0 &&
    stack.status.endsWith('_COMPLETE') &&
    JSON.stringify(template.Outputs) === JSON.stringify(stack.template.Outputs) &&
    JSON.stringify(input.tags) === JSON.stringify(stack.tags)
  const none = `The submitted information didn't contain changes. Submit different information to create a change set.`
  return { ...common, changes, status: isSame ? 'FAILED' : 'CREATE_COMPLETE', reason: isSame ? none : '' }
}

/** Types whose names the validation doesn't look up (CloudFormation, "Validate stack deployments"). */
const skipped = new Set([
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::KMS::Key',
  'AWS::WAFv2::WebACL',
  'AWS::CloudFront::CachePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::Logs::LogGroup',
  'AWS::CertificateManager::Certificate',
  'AWS::Route53::RecordSet',
])

/** Returns what the validation finds: properties that a type doesn't have, and names that are taken. */
function problemsOf(account: Account, stack: Stack, template: Template): readonly string[] {
  const scope = scopeOf(account, stack, { template, early: true })
  return creationOrder(template).flatMap(logicalId => {
    const { Type: type = '', Properties: raw = {} } = template.Resources[logicalId] ?? {}
    const properties = resolved(raw, scope) as Properties
    try {
      checkProperties(type, properties)
      // What failed to be created may exist: it is deleted before it is created again.
      const isNew = !stack.resources.some(each => each.logicalId === logicalId && isLive(each) && each.id !== '')
      if (isNew && !skipped.has(type)) checkName({ account, stack, logicalId, type }, properties)
      return []
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return [
        `The following hook(s)/validation failed: [AWS::EarlyValidation::${error.code === 'AlreadyExists' ? 'ResourceExistenceCheck' : 'PropertyValidation'}] ${logicalId}: ${error.message}`,
      ]
    }
  })
}

/** Returns the resource of a stack that was created; undefined if there is none. */
function liveResource({ resources }: Stack, logicalId: string): Resource | undefined {
  return resources.find(each => each.logicalId === logicalId && isLive(each) && each.status !== 'CREATE_FAILED')
}

/** Returns the changes that a template makes, as `DescribeChangeSet` shows them. */
function changesOf(account: Account, stack: Stack, { template, revertDrift }: ChangeSetInput): readonly Properties[] {
  const scope = scopeOf(account, stack, { template, early: true })
  const order = creationOrder(template).filter(logicalId => {
    const { Condition } = template.Resources[logicalId] ?? {}
    return Condition === undefined || scope.condition(Condition)
  })
  const present = order.flatMap(logicalId => {
    const { Type = '', Properties: raw = {} } = template.Resources[logicalId] ?? {}
    const resource = liveResource(stack, logicalId)
    const common = { LogicalResourceId: logicalId, ResourceType: Type }
    if (resource === undefined) return [{ Action: 'Add', ...common }]
    const after = resolved(raw, scope) as Properties
    const names = changedNames(resource, after)
    const drifted = revertDrift && hasDrifted({ account, stack, resource })
    if (names.length === 0 && !drifted && !resource.status.endsWith('_FAILED')) return []
    return [{ ...modification(resource, after, names), ...common }]
  })
  const removed = stack.resources
    .filter(each => isLive(each) && !order.includes(each.logicalId))
    .map(({ logicalId, type, id, retained }) => ({
      Action: 'Remove',
      PolicyAction: retained ? 'Retain' : 'Delete',
      LogicalResourceId: logicalId,
      PhysicalResourceId: id,
      ResourceType: type,
    }))
  return [...present, ...removed]
}

function modification(resource: Resource, after: Properties, names: readonly string[]): Properties {
  const isReplacement = isReplaced(resource, after)
  return {
    Action: 'Modify',
    PhysicalResourceId: resource.id,
    Replacement: isReplacement ? 'True' : 'False',
    ...(isReplacement && { PolicyAction: 'ReplaceAndDelete' }),
    Scope: { member: ['Properties'] },
    Details: {
      member: names.map(Name => ({
        Target: {
          Attribute: 'Properties',
          Name,
          RequiresRecreation: resourceType(resource.type)?.replacedBy.has(Name) === true ? 'Always' : 'Never',
        },
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      })),
    },
  }
}

function changedNames({ properties = {} }: Resource, after: Properties): readonly string[] {
  return [...new Set([...Object.keys(properties), ...Object.keys(after)])].filter(
    name => JSON.stringify(properties[name]) !== JSON.stringify(after[name]),
  )
}
