import {
  type Account,
  AwsError,
  type Operation,
  type Properties,
  type Resource,
  type Stack,
  type Template,
} from '../account.ts'
import { checkReplacement, createResource, deleteResource, isReplaced, record, updateResource } from './provision.ts'
import { isLive, outputsOf, scopeOf } from './scope.ts'
import { creationOrder, neededBy } from './template.ts'
import { hasDrifted, ownerOf, type Target, thingsOfResource } from './things.ts'
import { resolved } from './values.ts'

/** Starts an operation: it ends at once, or after the stack was described as many times as `describes`. */
export function start(
  account: Account,
  stack: Stack,
  { operation, describes }: { operation: Operation; describes: number },
): void {
  enter(account, stack, { status: inProgress(stack, operation) })
  stack.operation = operation
  stack.describesLeft = describes
  if (describes === 0) end(account, stack)
}

/** Counts a description of a stack; if it was the last, its operation ends. */
export function describe(account: Account, stack: Stack): void {
  if (stack.operation === undefined) return
  stack.describesLeft -= 1
  if (stack.describesLeft <= 0) end(account, stack)
}

function inProgress({ status }: Stack, { kind }: Operation): string {
  if (kind === 'delete') return 'DELETE_IN_PROGRESS'
  if (kind === 'roll back') return status === 'CREATE_FAILED' ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS'
  return status === 'REVIEW_IN_PROGRESS' ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS'
}

function end(account: Account, stack: Stack): void {
  const { operation } = stack
  stack.operation = undefined
  if (operation?.kind === 'deploy') deploy(account, stack, operation)
  if (operation?.kind === 'roll back') rollBack(account, stack, operation.skipped)
  if (operation?.kind === 'delete') deleteAll(account, stack, operation.retained)
}

function enter(account: Account, stack: Stack, { status, reason = '' }: { status: string; reason?: string }): void {
  Object.assign(stack, { status, reason })
  record(account, stack, { logicalId: stack.name, id: stack.id, type: 'AWS::CloudFormation::Stack', status, reason })
}

type Deploy = Extract<Operation, { kind: 'deploy' }>

/**
 * Creates, updates and replaces resources in the order of their dependencies, then deletes what the template no longer has
 * (CloudFormation, "Stack failure options": without rollback, what failed stays as it is for the next operation).
 */
function deploy(account: Account, stack: Stack, operation: Deploy): void {
  const isFirst = stack.status === 'CREATE_IN_PROGRESS'
  const obsolete: Target[] = []
  const { template } = operation
  const former = stack.template
  stack.template = template
  try {
    removeUnstable(account, stack)
    const scope = scopeOf(account, stack, { template })
    for (const logicalId of creationOrder(template)) {
      const { Condition } = template.Resources[logicalId] ?? {}
      if (Condition !== undefined && !scope.condition(Condition)) continue
      obsolete.push(...bring(account, stack, { logicalId, operation }))
    }
    const outputs = outputsOf(template, scope)
    checkExports(account, stack, outputs)
    stack.outputs = outputs
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const reason = `The following resource(s) failed: [${failedIn(stack)}]. ${failedIn(stack) === '' ? error.message : ''}`
    if (!operation.rollback) {
      enter(account, stack, { status: isFirst ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason })
      return
    }
    enter(account, stack, { status: isFirst ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS', reason })
    return rollBack(account, stack, [])
  }
  cleanUp(account, stack, [...obsolete, ...dropped(account, stack, former)])
  enter(account, stack, { status: isFirst ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE' })
  settle(stack)
}

const failedIn = ({ resources }: Stack) =>
  resources
    .filter(({ status }) => status.endsWith('_FAILED'))
    .map(({ logicalId }) => logicalId)
    .join(', ')

/** Notes the state to which a rollback returns. */
function settle(stack: Stack): void {
  stack.resources = stack.resources.filter(isLive)
  stack.stable = structuredClone({ template: stack.template, resources: stack.resources })
}

/** Deletes what failed to be created in the operation before ("resources without a last known stable state"). */
function removeUnstable(account: Account, stack: Stack): void {
  for (const resource of stack.resources.filter(({ status }) => status === 'CREATE_FAILED')) {
    if (resource.id !== '') deleteResource({ account, stack, resource })
    stack.resources = stack.resources.filter(each => each !== resource)
  }
}

interface Step {
  readonly logicalId: string
  readonly operation: Deploy
}

/** Brings one resource to the template; returns what it replaced, to be deleted at the end. */
function bring(account: Account, stack: Stack, { logicalId, operation }: Step): readonly Target[] {
  const { Type: type, DeletionPolicy: policy, ...definition } = operation.template.Resources[logicalId] ?? { Type: '' }
  const resource = stack.resources.find(each => each.logicalId === logicalId && isLive(each))
  const retained = policy === 'Retain'
  const fresh = resource?.type === type ? resource : undefined
  if (fresh === undefined) {
    const created: Resource = { logicalId, type, id: '', retained, status: '', reason: '' }
    stack.resources = stack.resources.filter(each => each.logicalId !== logicalId)
    stack.resources.push(created)
    const target = { account, stack, resource: created }
    createResource(target, propertiesFor(target, operation.template))
    return []
  }
  fresh.retained = retained
  const target = { account, stack, resource: fresh }
  const after = propertiesFor(target, operation.template)
  const isChanged = JSON.stringify(after) !== JSON.stringify(fresh.properties) || fresh.status === 'UPDATE_FAILED'
  const drift = operation.revertDrift && hasDrifted(target)
  if (!isChanged && !drift) return []
  if (drift && thingsOfResource(target).length === 0) return recreate(target, after)
  if (!isReplaced(fresh, after)) return update(target, after)
  return replace(target, { after, retained: definition.UpdateReplacePolicy === 'Retain' })
}

function update(target: Target, after: Properties): readonly Target[] {
  updateResource(target, after)
  return []
}

/** Creates again what was deleted by hand. */
function recreate(target: Target, after: Properties): readonly Target[] {
  createResource(target, after)
  return []
}

/** Creates a successor; what it replaces gets an owner of its own. */
function replace(target: Target, { after, retained }: { after: Properties; retained: boolean }): readonly Target[] {
  const { account, stack, resource } = target
  checkReplacement(target, after)
  const old: Resource = { ...structuredClone(resource), logicalId: `${resource.logicalId} replaced`, retained }
  for (const each of thingsOfResource(target)) each.owner = ownerOf(stack, old)
  Object.assign(resource, { id: '', properties: undefined })
  createResource(target, after)
  return [{ account, stack, resource: old }]
}

/** Resolves the properties of a resource of a template. */
function propertiesFor({ account, stack, resource }: Target, template: Template): Properties {
  try {
    const scope = scopeOf(account, stack, { template })
    return resolved(template.Resources[resource.logicalId]?.Properties ?? {}, scope) as Properties
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    Object.assign(resource, { status: resource.id === '' ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason: error.message })
    record(account, stack, resource)
    throw error
  }
}

/** Returns the resources that the template no longer has, in the order in which they can be deleted. */
function dropped(account: Account, stack: Stack, former: Template): readonly Target[] {
  const order = creationOrder(former)
  return stack.resources
    .filter(each => isLive(each) && stack.template.Resources[each.logicalId] === undefined)
    .toSorted((a, b) => order.indexOf(b.logicalId) - order.indexOf(a.logicalId))
    .map(resource => ({ account, stack, resource }))
}

/** Deletes what is obsolete. What can't be deleted no longer belongs to the stack (CloudFormation, UPDATE_COMPLETE_CLEANUP_IN_PROGRESS). */
function cleanUp(account: Account, stack: Stack, obsolete: readonly Target[]): void {
  for (const target of obsolete) {
    const { resource } = target
    if (resource.retained) {
      Object.assign(resource, { status: 'DELETE_SKIPPED' })
      record(account, stack, resource)
    } else {
      tryDelete(target)
    }
    stack.resources = stack.resources.filter(each => each !== resource)
  }
}

function tryDelete(target: Target): boolean {
  try {
    if (target.resource.id !== '') deleteResource(target)
    return true
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return false
  }
}

/**
 * Returns a stack to its last stable state: without one, deletes all it created (ROLLBACK_COMPLETE, or ROLLBACK_FAILED if something
 * can't be deleted); otherwise restores what was updated and deletes what was created.
 */
function rollBack(account: Account, stack: Stack, skipped: readonly string[]): void {
  const { stable } = stack
  if (stable === undefined) {
    const isDone = deleteInOrder(account, stack, { retained: new Set(retainedBy(stack.template)), isRollback: true })
    enter(account, stack, { status: isDone ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED' })
    return
  }
  const created: Target[] = []
  for (const resource of stack.resources) {
    const before = stable.resources.find(each => each.logicalId === resource.logicalId)
    const target = { account, stack, resource }
    if (before === undefined || (before.id !== resource.id && resource.id !== '')) created.push(target)
    else if (!skipped.includes(resource.logicalId) && !restore(target, before)) {
      return enter(account, stack, {
        status: 'UPDATE_ROLLBACK_FAILED',
        reason: `failed to restore ${resource.logicalId}`,
      })
    }
  }
  restoreReplaced(account, stack, created)
  const kept = new Set(retainedBy(stack.template))
  cleanUp(
    account,
    stack,
    created.toReversed().filter(({ resource }) => !kept.has(resource.logicalId)),
  )
  stack.template = stable.template
  stack.resources = structuredClone([...stable.resources])
  enter(account, stack, { status: 'UPDATE_ROLLBACK_COMPLETE' })
}

/** Resources that a rollback of their creation keeps: `RetainExceptOnCreate` deletes them (CloudFormation, "DeletionPolicy attribute"). */
function retainedBy({ Resources }: Template): readonly string[] {
  return Object.entries(Resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    .map(([logicalId]) => logicalId)
}

function restore(target: Target, before: Resource): boolean {
  const { resource } = target
  if (
    JSON.stringify(resource.properties) === JSON.stringify(before.properties) &&
    resource.status !== 'UPDATE_FAILED'
  ) {
    return true
  }
  try {
    updateResource(target, structuredClone(before.properties ?? {}))
    return true
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return false
  }
}

/** Gives what was replaced its owner back; its successor gets another, by which it is deleted. */
function restoreReplaced(account: Account, stack: Stack, created: readonly Target[]): void {
  for (const target of created) {
    const { resource } = target
    const successor: Resource = { ...resource, logicalId: `${resource.logicalId} successor` }
    const old = account.things.filter(({ owner }) => owner === `${ownerOf(stack, resource)} replaced`)
    if (old.length === 0) continue
    for (const each of thingsOfResource(target)) each.owner = ownerOf(stack, successor)
    for (const each of old) each.owner = ownerOf(stack, resource)
    tryDelete({ account, stack, resource: successor })
    resource.id = ''
  }
}

function deleteAll(account: Account, stack: Stack, retained: readonly string[]): void {
  for (const resource of stack.resources) if (retained.includes(resource.logicalId)) resource.retained = true
  const kept = new Set(stack.resources.filter(each => each.retained).map(({ logicalId }) => logicalId))
  const isDone = deleteInOrder(account, stack, { retained: kept, isRollback: false })
  enter(account, stack, { status: isDone ? 'DELETE_COMPLETE' : 'DELETE_FAILED' })
}

/** Deletes the resources of a stack, none before those that need it. Returns whether all are gone. */
function deleteInOrder(
  account: Account,
  stack: Stack,
  { retained, isRollback }: { retained: ReadonlySet<string>; isRollback: boolean },
): boolean {
  const needed = new Set<string>()
  const order = creationOrder(stack.template)
  const reversed = stack.resources.toSorted((a, b) => order.indexOf(b.logicalId) - order.indexOf(a.logicalId))
  for (const resource of reversed.filter(isLive)) {
    const isFailed = isRollback && resource.status === 'CREATE_FAILED' && resource.id === ''
    if (needed.has(resource.logicalId)) {
      for (const each of neededBy(stack.template.Resources, resource.logicalId)) needed.add(each)
    } else if (retained.has(resource.logicalId) || isFailed) {
      resource.status = isFailed ? 'DELETE_COMPLETE' : 'DELETE_SKIPPED'
    } else if (tryDelete({ account, stack, resource })) {
      resource.status = 'DELETE_COMPLETE'
    } else {
      for (const each of neededBy(stack.template.Resources, resource.logicalId)) needed.add(each)
    }
  }
  return !stack.resources.some(isLive)
}

/** Throws if another stack exports the same name, or uses an export that goes away (CloudFormation, "Exporting stack output values"). */
function checkExports(account: Account, stack: Stack, outputs: Stack['outputs']): void {
  const others = account.stacks.filter(
    each => each !== stack && each.region === stack.region && each.status !== 'DELETE_COMPLETE',
  )
  for (const { exportName } of Object.values(outputs)) {
    const taken = others.some(each => Object.values(each.outputs).some(output => output.exportName === exportName))
    if (exportName !== undefined && taken)
      throw new AwsError('ValidationError', `Export with name ${exportName} is already exported`)
  }
  const kept = new Set(Object.values(outputs).map(({ exportName }) => exportName))
  const gone = Object.values(stack.outputs).flatMap(({ exportName }) => exportName ?? [])
  checkUnused(
    account,
    stack,
    gone.filter(name => !kept.has(name)),
  )
}

/** Throws if a stack imports one of these exports. A weak reference, `Fn::GetStackOutput`, holds nothing. */
export function checkUnused(account: Account, stack: Stack, names: readonly string[]): void {
  for (const other of account.stacks) {
    if (other.region !== stack.region || other.status === 'DELETE_COMPLETE') continue
    const text = JSON.stringify(other.template)
    for (const name of names) {
      if (!text.includes(`"Fn::ImportValue":${JSON.stringify(name)}`)) continue
      throw new AwsError('ValidationError', `Export ${name} cannot be deleted as it is in use by ${other.name}`)
    }
  }
}
