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

/** Stacks of CloudFormation. They are asked for by id, since a name is free again when its stack is deleted. */
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
    async unprotect({ id, region }) {
      const client = clientIn(region)
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id }))
      // A stack that is being deleted takes no such change.
      if (Stacks[0]?.EnableTerminationProtection !== true) return
      await client.send(new UpdateTerminationProtectionCommand({ StackName: id, EnableTerminationProtection: false }))
    },
    async remove({ id, region }) {
      await clientIn(region).send(new DeleteStackCommand({ StackName: id }))
    },
  }
}
