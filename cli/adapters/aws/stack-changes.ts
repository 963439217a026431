import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  RollbackStackCommand,
  type Stack as CloudFormationStack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedStack, StackChanges } from '../../ports/aws-deploy.ts'
import { clientPerRegion } from './client.ts'

/** Creates the adapter of what a deployment does with CloudFormation. */
export function stackChanges(): StackChanges {
  const clientIn = clientPerRegion(config => new CloudFormationClient(config))
  return {
    async describe(name, region) {
      const stack = await describe(name, clientIn(region))
      return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? undefined : toStack(stack, name, region)
    },
    async template({ id, region }) {
      const request = new GetTemplateCommand({ StackName: id, TemplateStage: 'Original' })
      const { TemplateBody = '' } = await clientIn(region).send(request)
      return TemplateBody
    },
    async wasComplete({ id, region }) {
      // The newest events come first, so this ends soon for a stack that was complete, and reads a failed creation's few pages.
      for await (const page of paginateDescribeStackEvents({ client: clientIn(region) }, { StackName: id })) {
        const own = (page.StackEvents ?? []).filter(event => event.PhysicalResourceId === id)
        if (own.some(({ ResourceStatus = '' }) => completeStatuses.has(ResourceStatus))) return true
      }
      return false
    },
    async protect({ id, region }) {
      const request = new UpdateTerminationProtectionCommand({ StackName: id, EnableTerminationProtection: true })
      await clientIn(region).send(request)
    },
    async continueRollback({ id, region }) {
      await clientIn(region).send(new ContinueUpdateRollbackCommand({ StackName: id }))
    },
    async rollBack({ id, region }) {
      await clientIn(region).send(new RollbackStackCommand({ StackName: id }))
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

/** CloudFormation has no error code for a stack that doesn't exist: only the message says so. */
async function describe(StackName: string, client: CloudFormationClient) {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined
    throw error
  }
}
