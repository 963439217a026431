import {
  type Account,
  AwsError,
  type Properties,
  remove,
  type Resource,
  type Stack,
  type Thing,
  thing,
} from '../account.ts'

/** A resource while it is created, updated or deleted. */
export interface Target {
  readonly account: Account
  readonly stack: Stack
  readonly resource: Resource
}

/** Returns the things that a resource of a stack made. */
export function thingsOfResource({ account, stack, resource }: Target): readonly Thing[] {
  const owner = ownerOf(stack, resource)
  return account.things.filter(each => each.owner === owner)
}

/** Returns the owner of the things of a resource. */
export function ownerOf(stack: Stack, { logicalId }: Resource): string {
  return `${stack.id} ${logicalId}`
}

/** Returns the things that a resource with these properties is made of. */
export function draftThings(target: Target, properties: Properties): readonly Thing[] {
  const { stack, resource } = target
  const one: Thing = {
    type: resource.type,
    region: stack.region,
    id: resource.id,
    properties: structuredClone(properties),
    owner: ownerOf(stack, resource),
  }
  return several[resource.type]?.(one, target) ?? [one]
}

/** Types of which a resource becomes a thing in each of several Regions. */
const several: Readonly<Record<string, (one: Thing, target: Target) => readonly Thing[]>> = {
  'AWS::DynamoDB::GlobalTable': one =>
    (one.properties['Replicas'] as Properties[]).map(replica => ({
      ...one,
      region: String(replica['Region']),
      properties: { ...structuredClone(one.properties), replica: structuredClone(replica) },
    })),
  'AWS::SecretsManager::Secret'(one, { account }) {
    const copies = ((one.properties['ReplicaRegions'] ?? []) as Properties[]).map(copy => String(copy['Region']))
    return [one.region, ...copies].map(region => ({
      ...one,
      region,
      id: String(one.properties['Name']),
      properties: {
        primary: one.region,
        copies: [...copies],
        kmsKey: keyOfSecret(one, region),
        createdAt: account.now / 1000,
        value: '',
      },
    }))
  },
}

/** Returns the KMS key of the secret's copy in a Region. */
function keyOfSecret({ region: primary, properties }: Thing, region: string): unknown {
  const copies = (properties['ReplicaRegions'] ?? []) as Properties[]
  return (region === primary ? properties : copies.find(copy => copy['Region'] === region))?.['KmsKeyId']
}

/** Properties that begin with a small letter but come from the template. */
const ofTemplate = new Set(['replica', 'copies', 'kmsKey'])
const isOfTemplate = (name: string) => /^[A-Z]/.test(name) || ofTemplate.has(name)

/** Brings the things of a resource to new properties. What services and tests added to them stays. */
export function applyProperties(target: Target, properties: Properties): void {
  const { account } = target
  const drafts = draftThings(target, properties)
  // The keys of a custom resource are not its own thing.
  const before = thingsOfResource(target).filter(({ type }) => type === target.resource.type)
  remove(
    account,
    before.filter(({ region, id }) => !drafts.some(draft => draft.region === region && draft.id === id)),
  )
  for (const draft of drafts) {
    const old = before.find(({ region, id }) => draft.region === region && draft.id === id)
    if (old === undefined) {
      account.things.push(draft)
      continue
    }
    for (const name of Object.keys(old.properties).filter(isOfTemplate)) delete old.properties[name]
    const given = Object.entries(draft.properties).filter(([name]) => isOfTemplate(name))
    Object.assign(old.properties, Object.fromEntries(given))
  }
}

/**
 * Returns whether the things of a resource are no longer as its stack made them, like after a change by hand. As CloudFormation, it
 * looks only at what the template defines (CloudFormation API, "StackResourceDrift").
 */
export function hasDrifted(target: Target): boolean {
  const { resource } = target
  if (resource.properties === undefined || resource.id === '') return false
  const live = thingsOfResource(target)
  return draftThings(target, resource.properties).some(draft => {
    const found = live.find(({ region, id }) => region === draft.region && id === draft.id)
    return found === undefined || !has(found.properties, ofTemplateIn(draft))
  })
}

function ofTemplateIn({ properties }: Thing): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isOfTemplate(name)))
}

/** Whether a value has all that another has, and lists have nothing more. */
function has(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    const isList = Array.isArray(actual) && actual.length === expected.length
    return isList && expected.every((each, index) => has(actual[index], each))
  }
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null) return false
  return Object.entries(expected).every(([name, each]) => has((actual as Properties)[name], each))
}

/** Schedules a KMS key for deletion, deletes a secret with its copies; removes anything else at once. */
export function removeThings(target: Target): void {
  const { account, resource } = target
  const things = thingsOfResource(target)
  if (resource.type === 'AWS::Lambda::Function') {
    for (const each of things) removeFunction(each, account)
  }
  if (resource.type !== 'AWS::KMS::Key' && resource.type !== 'AWS::KMS::ReplicaKey') return remove(account, things)
  for (const each of things) {
    each.properties['state'] = 'PendingDeletion'
    each.owner = undefined
  }
}

/** Removes a function with all its versions, retained ones too. */
export function removeFunction(target: Thing, account: Account): void {
  const isVersion = ({ type, region, id }: Thing) =>
    type === 'AWS::Lambda::Version' && region === target.region && id.includes(`:function:${target.id}:`)
  remove(account, [target, ...account.things.filter(isVersion)])
}

/** Returns the thing with an id or ARN; throws the error of its service if there is none. */
export function existing(account: Account, type: string, of: { region?: string; id: string }): Thing {
  const found = thing(account, type, of)
  if (found === undefined) throw new AwsError('NotFound', `${type} ${of.id} was not found (HandlerErrorCode: NotFound)`)
  return found
}
