import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  paginateListStacks,
  RollbackStackCommand,
  type Stack as CloudFormationStack,
  UpdateTerminationProtectionCommand,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
} from '@aws-sdk/client-cloudformation'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedStack, Drift, Stacks } from '../../ports/aws-stacks.ts'
import { allOf, clientPerRegion } from './client.ts'
import { setTimeout as pause } from 'node:timers/promises'

/** Creates the adapter of CloudFormation. It names stacks by id: once a stack is deleted, another can have its name. */
export function cloudFormation(): Stacks {
  const clientIn = clientPerRegion(config => new CloudFormationClient(config))
  return {
    async all(region) {
      const found = await allOf(paginateListStacks({ client: clientIn(region) }, {}), page => page.StackSummaries)
      return found.map(({ StackName = '', StackId = '', StackStatus = '' }) => ({
        name: StackName,
        id: StackId,
        status: StackStatus,
        region,
      }))
    },
    async describe(name, region) {
      const stack = await unlessAbsent(stackOf(name, clientIn(region)))
      return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? undefined : toStack(stack, name, region)
    },
    async again(stack) {
      const found = await stackOf(stack.id, clientIn(stack.region))
      return { ...stack, status: found?.StackStatus ?? 'DELETE_COMPLETE' }
    },
    async resources({ id, region }) {
      const pages = paginateListStackResources({ client: clientIn(region) }, { StackName: id })
      const found = await allOf(pages, page => page.StackResourceSummaries)
      return found.map(({ ResourceType, PhysicalResourceId, ResourceStatus, ResourceStatusReason }) => ({
        type: ResourceType ?? '',
        physicalId: PhysicalResourceId ?? '',
        status: ResourceStatus ?? '',
        reason: ResourceStatusReason ?? '',
      }))
    },
    drift: ({ id, region }) => detectDrift(id, clientIn(region)),
    async unprotect({ id, region }) {
      const client = clientIn(region)
      // CloudFormation refuses this change while it deletes the stack, whose protection is off by then.
      const isProtected = (await stackOf(id, client))?.EnableTerminationProtection === true
      if (isProtected) await client.send(protection(id, false))
    },
    async template({ id, region }) {
      const request = new GetTemplateCommand({ StackName: id, TemplateStage: 'Original' })
      const { TemplateBody = '' } = await clientIn(region).send(request)
      return TemplateBody
    },
    wasComplete: ({ id, region }) => wasComplete(id, clientIn(region)),
    protect: async ({ id, region }) => void (await clientIn(region).send(protection(id, true))),
    async continueRollback({ id, region }) {
      await clientIn(region).send(new ContinueUpdateRollbackCommand({ StackName: id }))
    },
    async rollBack({ id, region }) {
      await clientIn(region).send(new RollbackStackCommand({ StackName: id }))
    },
    async remove({ id, region }) {
      await clientIn(region).send(new DeleteStackCommand({ StackName: id }))
    },
  }
}

function toStack(stack: CloudFormationStack, name: string, region: Region): DeployedStack {
  const { StackId = '', StackStatus = '', StackStatusReason = '', Outputs = [] } = stack
  return {
    name,
    region,
    id: StackId,
    status: StackStatus,
    reason: StackStatusReason,
    outputs: Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
    isProtected: stack.EnableTerminationProtection === true,
  }
}

/** Statuses of a stack after a creation, update or import that ended well. */
const completeStatuses: ReadonlySet<string> = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'])

async function wasComplete(id: string, client: CloudFormationClient): Promise<boolean> {
  // The newest events come first, so this ends soon for a stack that was complete, and reads a failed creation's few pages.
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: id })) {
    const own = (page.StackEvents ?? []).filter(event => event.PhysicalResourceId === id)
    if (own.some(({ ResourceStatus = '' }) => completeStatuses.has(ResourceStatus))) return true
  }
  return false
}

async function stackOf(StackName: string, client: CloudFormationClient): Promise<CloudFormationStack | undefined> {
  return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]
}

function protection(StackName: string, EnableTerminationProtection: boolean): UpdateTerminationProtectionCommand {
  return new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection })
}

/** CloudFormation has no error code for a stack that doesn't exist: only the message says so. */
async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined
    throw error
  }
}

/** How often to look whether a detection has ended: it takes up to several minutes (CloudFormation API, "DetectStackDrift"). */
const pollMs = 5_000
const maxPolls = 120

/** Lets CloudFormation compare the resources of a stack with its template. Rejects if that takes longer than ten minutes. */
export async function detectDrift(StackName: string, client: CloudFormationClient, waitMs = pollMs): Promise<Drift> {
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }))
  const unread = await endOf(StackDriftDetectionId, client, waitMs)
  const StackResourceDriftStatusFilters = ['MODIFIED' as const, 'DELETED' as const]
  const pages = paginateDescribeStackResourceDrifts({ client }, { StackName, StackResourceDriftStatusFilters })
  const found = await allOf(pages, page => page.StackResourceDrifts)
  return {
    unread,
    resources: found.map(({ PhysicalResourceId = '', ResourceType = '', ...each }) => ({
      id: PhysicalResourceId,
      type: ResourceType,
      isDeleted: each.StackResourceDriftStatus === 'DELETED',
      differences: (each.PropertyDifferences ?? []).map(difference => ({
        path: difference.PropertyPath ?? '',
        kind: difference.DifferenceType ?? 'NOT_EQUAL',
        expected: difference.ExpectedValue ?? '',
        actual: difference.ActualValue ?? '',
      })),
    })),
  }
}

/** Waits for the end of a detection; returns what it could not read, undefined if it read everything. */
async function endOf(StackDriftDetectionId: string | undefined, client: CloudFormationClient, waitMs: number) {
  for (let polls = 0; polls < maxPolls; polls += 1) {
    const request = new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId })
    const { DetectionStatus, DetectionStatusReason } = await client.send(request)
    if (DetectionStatus === 'DETECTION_COMPLETE') return undefined
    if (DetectionStatus === 'DETECTION_FAILED') return DetectionStatusReason ?? 'CloudFormation does not say why'
    await pause(waitMs)
  }
  throw new Error('the detection of drift has not ended within ten minutes')
}
