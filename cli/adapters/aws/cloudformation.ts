import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  paginateListStacks,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import type { Stacks } from '../../ports/ports.ts'
import { allOf, clientPerRegion } from './client.ts'
import { detectDrift } from './drift.ts'

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
    async again(stack) {
      const { Stacks = [] } = await clientIn(stack.region).send(new DescribeStacksCommand({ StackName: stack.id }))
      return { ...stack, status: Stacks[0]?.StackStatus ?? 'DELETE_COMPLETE' }
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
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id }))
      // CloudFormation refuses this change while it deletes the stack, whose protection is off by then.
      if (Stacks[0]?.EnableTerminationProtection !== true) return
      await client.send(new UpdateTerminationProtectionCommand({ StackName: id, EnableTerminationProtection: false }))
    },
    async remove({ id, region }) {
      await clientIn(region).send(new DeleteStackCommand({ StackName: id }))
    },
  }
}
