import { type Account, AwsError, type Fault, type Properties, type Resource, type Stack, thing } from '../account.ts'
import { checkName, newPhysicalId, type Place } from './physical.ts'
import { applyRotation, provide, unprovide } from './providers.ts'
import { rules } from './rules.ts'
import { resourceType } from './specification.ts'
import { applyProperties, draftThings, removeThings, type Target, thingsOfResource } from './things.ts'

/** Records what happens to a stack or to one of its resources; each takes a second. */
export function record(
  account: Account,
  stack: Stack,
  of: Pick<Resource, 'logicalId' | 'id' | 'type' | 'status' | 'reason'>,
): void {
  account.now += 1000
  account.serial += 1
  const { logicalId, id, type, status, reason } = of
  stack.events.push({
    id: `event-${account.serial}`,
    time: account.now,
    logicalId,
    physicalId: id,
    type,
    status,
    reason,
  })
}

/** Creates a resource. If that fails, it throws, and the resource is in CREATE_FAILED; what exists by then has its id. */
export function createResource(target: Target, properties: Properties): void {
  const { account, stack, resource } = target
  const place: Place = { account, stack, logicalId: resource.logicalId, type: resource.type }
  attempt(target, 'CREATE', () => {
    const fault = faultOf(target, 'create')
    if (fault?.done === false) throw failureOf(fault)
    checkProperties(resource.type, properties)
    checkName(place, properties)
    rules[resource.type]?.create?.(target, properties)
    const attributes = isCustom(resource) ? provide(target, properties) : undefined
    const id = newPhysicalId(place, properties)
    Object.assign(resource, { id, properties, attributes })
    const drafts = draftThings(target, properties)
    // A table whose creation fails is one whose replicas in other Regions could not be added.
    const made = fault === undefined ? drafts : drafts.filter(({ region }) => region === stack.region)
    for (const each of made) if (made.length > 1) each.properties['replicaAddedAt'] = account.now
    account.things.push(...made)
    if (resource.type === 'AWS::SecretsManager::RotationSchedule') applyRotation(target, properties)
    if (fault !== undefined) throw failureOf(fault)
  })
}

/** Updates a resource in place. If that fails, it throws, and the resource is in UPDATE_FAILED. */
export function updateResource(target: Target, properties: Properties): void {
  const { account, resource } = target
  attempt(target, 'UPDATE', () => {
    const fault = faultOf(target, 'update')
    if (fault?.done === false) throw failureOf(fault)
    checkProperties(resource.type, properties)
    rules[resource.type]?.update?.(target, properties)
    if (isCustom(resource)) resource.attributes = provide(target, properties, true)
    const before = thingsOfResource(target).length
    if (before === 0) throw new AwsError('NotFound', `${resource.id} was not found (HandlerErrorCode: NotFound)`)
    applyProperties(target, properties)
    resource.properties = properties
    const things = thingsOfResource(target)
    if (things.length > before) for (const each of things) each.properties['replicaAddedAt'] = account.now
    if (resource.type === 'AWS::SecretsManager::RotationSchedule') applyRotation(target, properties)
    if (fault !== undefined) throw failureOf(fault)
  })
}

/** Deletes what a resource made. If that fails, it throws, and the resource is in DELETE_FAILED. */
export function deleteResource(target: Target): void {
  attempt(target, 'DELETE', () => {
    const fault = faultOf(target, 'delete')
    if (fault?.done === false) throw failureOf(fault)
    rules[target.resource.type]?.delete?.(target)
    if (isCustom(target.resource)) unprovide(target)
    removeThings(target)
    if (fault !== undefined) throw failureOf(fault)
  })
}

const isCustom = ({ type }: Resource) => type.startsWith('Custom::')

function attempt({ account, stack, resource }: Target, verb: 'CREATE' | 'UPDATE' | 'DELETE', act: () => void): void {
  const enter = (status: string, reason = '') => {
    Object.assign(resource, { status, reason })
    record(account, stack, resource)
  }
  enter(`${verb}_IN_PROGRESS`)
  try {
    act()
    enter(`${verb}_COMPLETE`)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    enter(`${verb}_FAILED`, `Resource handler returned message: "${error.message}"`)
    throw error
  }
}

/** Returns the failure that a test asks for, and counts it. Its `done` is a boolean. */
function faultOf({ account, stack, resource }: Target, action: Fault['action']): Fault | undefined {
  const found = account.faults.find(
    each =>
      each.times > 0 &&
      each.action === action &&
      each.logicalId === resource.logicalId &&
      (each.stack === undefined || each.stack === stack.name),
  )
  if (found === undefined) return undefined
  if (found.first !== undefined && found.first > 0) {
    found.first -= 1
    return undefined
  }
  found.times -= 1
  return { ...found, done: found.done === true }
}

const failureOf = ({ action, logicalId }: Fault) =>
  new AwsError('GeneralServiceException', `the test fails the ${action} of ${logicalId}`, 500)

/** Throws if a type has no such properties, or needs others. */
export function checkProperties(type: string, properties: Properties): void {
  const known = resourceType(type)
  if (known === undefined) {
    if (type.startsWith('Custom::') || type === 'AWS::CDK::Metadata') return
    throw new AwsError('ValidationError', `Template format error: Unrecognized resource types: [${type}]`)
  }
  const unknown = Object.keys(properties).filter(name => !known.properties.has(name))
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidRequest',
      `Properties validation failed: extraneous key [${unknown.join()}] is not permitted`,
    )
  }
  const missing = known.required.filter(name => properties[name] === undefined)
  if (missing.length > 0) {
    throw new AwsError('InvalidRequest', `Properties validation failed: required key [${missing.join()}] not found`)
  }
}

/** Returns whether a resource must be replaced to get new properties. */
export function isReplaced({ type, properties: before = {} }: Resource, after: Properties): boolean {
  if (type.startsWith('Custom::')) return before['ServiceToken'] !== after['ServiceToken']
  return [...(resourceType(type)?.replacedBy ?? [])].some(
    name => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}

/** Returns whether a stack may replace a resource: not one whose name would be that of its predecessor. */
export function checkReplacement(target: Target, after: Properties): void {
  const { resource, stack, account } = target
  const region = stack.region
  const { id } = resource
  const fresh = { account, stack, logicalId: resource.logicalId, type: resource.type }
  try {
    checkName(fresh, after)
  } catch (error) {
    if (thing(account, resource.type, { region, id }) === undefined) throw error
    throw new AwsError(
      'ValidationError',
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${id} and update the stack again.`,
    )
  }
}
