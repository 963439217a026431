import { setTimeout as pause } from 'node:timers/promises'
import {
  type CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
} from '@aws-sdk/client-cloudformation'
import type { Drift } from '../../ports/aws-resources.ts'
import { allOf } from './client.ts'

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
      paths: (each.PropertyDifferences ?? []).map(({ PropertyPath = '' }) => PropertyPath),
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
