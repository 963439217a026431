import { physicalNames } from '../../../infra/placement/physical-names.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusMs } from '../../../shared/time.ts'
import { unlessAborted } from '../../../client/abortable.ts'
import type { Stack } from '../../ports/aws-stacks.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { deleteStack } from '../teardown/delete-stack.ts'
import { turnProtection } from './protect.ts'
import { type Preparation, preparationFor } from './stack-status.ts'
import { StoppedError } from './stopped.ts'

/** Milliseconds between two reads of a stack that changes. */
const pollMs = 10_000

/** Most steps until a stack can be deployed, such as: wait, roll back, wait, delete. */
const maxSteps = 8

/** Milliseconds to wait for one change of a stack: a distribution takes half an hour, a VPC longer. */
const maxWaitMs = 2 * 3600_000

/** What stacks of a deployment have in common. */
export interface StackScope {
  readonly name: string
  readonly account: string
  readonly ports: DeploymentPorts
  readonly signal: AbortSignal
}

/**
 * Brings a stack into a state in which it can be deployed: waits for what goes on, ends what failed, and deletes a stack whose
 * creation was undone. Returns whether the stack was ever complete. Rejects with a `StoppedError` if that is impossible, and
 * rather than delete what holds links or files.
 */
export async function prepareStack(name: string, region: Region, scope: StackScope): Promise<{ wasComplete: boolean }> {
  const { aws } = scope.ports
  for (let steps = 0; steps < maxSteps; steps += 1) {
    scope.signal.throwIfAborted()
    const stack = await aws.stacks.describe(name, region)
    if (stack === undefined) return { wasComplete: false }
    const preparation = preparationFor(stack.status)
    if (preparation === 'deploy') return { wasComplete: true }
    if (preparation === 'go-on') return { wasComplete: false }
    if (preparation === 'ask' && !(await aws.stacks.wasComplete(stack))) return { wasComplete: false }
    await carryOut(preparation === 'ask' ? 'roll-back' : preparation, stack, scope)
  }
  throw new StoppedError(`${name} in ${region} does not settle`, 'look at its events, then run this again')
}

async function carryOut(preparation: Preparation, stack: Stack, scope: StackScope): Promise<void> {
  const { ports } = scope
  const { name, region, status } = stack
  ports.info(`${name} in ${region} is ${status}: ${meanings[preparation] ?? preparation}`)
  if (preparation === 'refuse') {
    const command = `aws cloudformation describe-stack-events --stack-name ${name} --region ${region}`
    throw new StoppedError(`${name} in ${region} is ${status}`, `see why, and end it: ${command}`)
  }
  if (preparation === 'delete') return deleteEmptyStack(stack, scope)
  if (preparation === 'continue-rollback') await ports.aws.stacks.continueRollback(stack)
  if (preparation === 'roll-back') await ports.aws.stacks.rollBack(stack)
  await waitWhile(stack, scope)
}

const meanings: Readonly<Partial<Record<Preparation, string>>> = {
  wait: 'waiting until it ends',
  delete: 'deleting it, because its creation was undone',
  'continue-rollback': 'going on with the rollback',
  'roll-back': 'rolling the failed update back',
}

/** Waits until the stack has another status than it had, and none in progress. */
async function waitWhile({ status: before, ...stack }: Stack, { ports, signal }: StackScope): Promise<void> {
  const { aws, clock } = ports
  const deadline = plusMs(clock.now(), maxWaitMs)
  let had = before
  for (;;) {
    const { status } = await aws.stacks.again({ ...stack, status: had })
    // A change that was just asked for may not show yet.
    if (preparationFor(status) !== 'wait' && (status !== before || had !== before)) return
    if (clock.now() >= deadline) {
      throw new StoppedError(`${stack.name} in ${stack.region} is still ${status}`, 'run this again when it has ended')
    }
    had = status
    await unlessAborted(clock.pause(pollMs), signal)
  }
}

/** Types of resources that hold what can't be made again. */
const holders = new Set(['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'])

/**
 * Deletes a stack. Rejects with a `StoppedError` if it has the table of links or the bucket of files and that is not empty, or if
 * it can't be deleted now.
 */
export async function deleteEmptyStack(stack: Stack, scope: StackScope): Promise<void> {
  const { ports, signal } = scope
  const { aws, clock } = ports
  await requireEmpty(stack, scope)
  const resources = await aws.stacks.resources(stack)
  const tables = resources.filter(({ type, physicalId }) => type === 'AWS::DynamoDB::GlobalTable' && physicalId !== '')
  for (const { physicalId } of tables) await unprotectReplicas(physicalId, stack.region, scope)
  await aws.stacks.unprotect(stack)
  const isDeleted = await deleteStack(stack, ports, plusMs(clock.now(), maxWaitMs))
  signal.throwIfAborted()
  if (!isDeleted) {
    throw new StoppedError(
      `${stack.name} in ${stack.region} could not be deleted`,
      'solve what is said above, then run this again',
    )
  }
}

/** Each replica has its own protection. */
async function unprotectReplicas(name: string, home: Region, scope: StackScope): Promise<void> {
  const { replicas = [] } = (await scope.ports.aws.tables.describe(name, home)) ?? {}
  const tables = replicas.map(region => ({ name, region: region as Region }))
  await turnProtection(tables, false, scope)
}

/** Rejects with a `StoppedError` if the stack has the table of links or the bucket of files, and that is not empty. */
async function requireEmpty(stack: Stack, { name, account, ports: { aws } }: StackScope): Promise<void> {
  const names = physicalNames(name, account)
  const found = (await aws.stacks.resources(stack))
    .filter(({ type, status }) => holders.has(type) && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED')
    .map(({ physicalId }) => physicalId)
  const owned = new Set(found)
  const bucket = names.contentBucket(stack.region)
  const hasLinks = owned.has(names.linksTable) && (await aws.prerequisites.hasItems(names.linksTable, stack.region))
  const hasFiles = owned.has(bucket) && (await aws.prerequisites.hasFiles(bucket, stack.region))
  if (!hasLinks && !hasFiles) return
  const what = hasLinks ? `the table ${names.linksTable} with links` : `the bucket ${bucket} with files`
  throw new StoppedError(
    `${stack.name} in ${stack.region} has ${what}, so it is not deleted`,
    `if all of it may go: npm run destroy -- --yes ${name}`,
  )
}
