import type { Stack } from '../../../cli/ports/aws-stacks.ts'
import type { Aws } from '../../../cli/ports/ports.ts'
import { change, type FakeAccount, type FakeStack, put, stackOf, take, type Thing } from './fake-account.ts'

/** CloudFormation, as the ports see it: what it deletes, and what it refuses to. */
export function stacksOf(account: FakeAccount): Pick<Aws, 'stacks'> {
  const byId = (stack: Stack) => account.stacks.find(({ id }) => id === stack.id)!
  const endsAs = (stack: Stack, status: string) => {
    const found = byId(stack)
    found.status = status.replace('COMPLETE', 'IN_PROGRESS')
    found.pending = { reads: account.slowness, end: () => void (found.status = status) }
  }
  return {
    stacks: {
      all: async region => account.stacks.filter(stack => stack.region === region).map(read),
      again: async stack => (settle(byId(stack)), read(byId(stack))),
      resources: async stack => structuredClone(byId(stack).resources),
      async drift(stack) {
        const { resources, changed = [] } = byId(stack)
        const made = [...account.things.values()].filter(each => isIn(each, stack))
        const gone = resources.filter(each => !made.some(is => is.kind === each.kind && is.name === each.physicalId))
        const deleted = gone.map(({ physicalId: id, type }) => ({ id, type, isDeleted: true, differences: [] }))
        return { unread: undefined, resources: [...deleted, ...changed] }
      },
      unprotect: async stack => void (byId(stack).isProtected = false),
      async remove(stack) {
        const found = byId(stack)
        if (found.isProtected)
          throw new Error(`Stack [${found.name}] cannot be deleted while TerminationProtection is on`)
        found.status = 'DELETE_IN_PROGRESS'
        found.pending = { reads: account.slowness, end: () => endDeletion(account, found) }
      },
      async describe(name, region) {
        const found = account.stacks.find(each => each.name === name && each.region === region && isThere(each))
        if (found === undefined) return undefined
        settle(found)
        return isThere(found) ? read(found) : undefined
      },
      template: async stack => byId(stack).template,
      wasComplete: async stack => byId(stack).wasComplete,
      protect: async stack => void (byId(stack).isProtected = true),
      continueRollback: async stack => endsAs(stack, 'UPDATE_ROLLBACK_COMPLETE'),
      rollBack: async stack => endsAs(stack, 'UPDATE_ROLLBACK_COMPLETE'),
    },
  }
}

const isThere = ({ status }: Stack) => status !== 'DELETE_COMPLETE'

function read({ name, region, id, status, reason, outputs, isProtected }: FakeStack) {
  return { name, region, id, status, reason, outputs, isProtected }
}

function settle(stack: FakeStack): void {
  if (stack.pending === undefined) return
  stack.pending.reads -= 1
  if (stack.pending.reads > 0) return
  const { end } = stack.pending
  stack.pending = undefined
  end()
}

/** Deletes what a stack made, except what AWS refuses to delete; retained things stay without a stack. */
function endDeletion(account: FakeAccount, stack: FakeStack): void {
  const owned = [...account.things.values()].filter(({ owner }) => owner === stack.name)
  for (const thing of owned) {
    const resource = stack.resources.find(
      each => each.kind === thing.kind && each.physicalId === thing.name && isIn(thing, stack),
    )
    const why = refusal(account, thing)
    if (why === undefined) remove(account, thing)
    const end = why !== undefined ? 'DELETE_FAILED' : thing.retained === true ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE'
    if (resource !== undefined) Object.assign(resource, { status: end, reason: why ?? '' })
  }
  const isLeft = [...account.things.values()].some(({ owner }) => owner === stack.name) || isStuck(account, stack.name)
  stack.status = isLeft ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
}

/** Whether a resource of the stack is the thing itself, not a copy in another Region. */
export function isIn({ region }: Pick<Thing, 'region'>, stack: { readonly region: string }): boolean {
  return region === stack.region || region === 'global'
}

/** Takes away what a stack deletes; a key of KMS waits for its end. */
export function remove(account: FakeAccount, thing: Thing): void {
  if (thing.retained !== true) take(account, thing)
  if (thing.retained === true || thing.kind === 'KMS key') put(account, { ...thing, owner: undefined })
  if (thing.retained !== true && thing.kind === 'KMS key') {
    change(account, { ...thing, kind: 'KMS key' }, { state: 'PendingDeletion' })
  }
}

/** Returns why AWS does not delete a thing; undefined if it does. */
function refusal(account: FakeAccount, { kind, name, region, value, retained }: Thing): string | undefined {
  if (retained === true) return undefined
  if (kind === 'table' && (value as { deletionProtected: boolean }).deletionProtected) {
    return `Resource cannot be deleted as it is currently protected against deletion: ${name}`
  }
  const files = account.things.get(`files ${region} ${name}`)
  if (kind === 'bucket' && Number(files?.value ?? 0) > 0) return 'The bucket you tried to delete is not empty'
  return isStuck(account, name) ? account.stuck.get(name)?.why : undefined
}

function isStuck({ stuck }: FakeAccount, name: string): boolean {
  const found = stuck.get(name)
  if (found === undefined || found.times === 0) return false
  found.times -= 1
  return true
}

/** Returns the names of the stacks that are not deleted. */
export function namesOfStacks(account: FakeAccount): readonly string[] {
  return account.stacks.filter(({ name }) => stackOf(account, name) !== undefined).map(({ name }) => name)
}
