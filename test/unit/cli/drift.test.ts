import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { detectDrift } from '../../../cli/adapters/aws/cloudformation.ts'

/** Detects drift with CloudFormation's responses, by call; the last of a call is repeated. Returns also what was asked for. */
async function detect(responses: Readonly<Record<string, readonly object[]>>) {
  const asked: object[] = []
  const counts = new Map<string, number>()
  const send = async ({ constructor, input }: { readonly constructor: { readonly name: string }; input: object }) => {
    const call = constructor.name.replace('Command', '')
    const all = call === 'DetectStackDrift' ? [{ StackDriftDetectionId: 'd1' }] : (responses[call] ?? [])
    const count = counts.get(call) ?? 0
    counts.set(call, count + 1)
    asked.push({ call, ...input })
    return all[Math.min(count, all.length - 1)]
  }
  const client = Object.assign(new CloudFormationClient({ region: 'us-east-1' }), { send }) as CloudFormationClient
  return { found: await detectDrift('once-us-east-1', client, 0), asked }
}

const underWay = { DetectionStatus: 'DETECTION_IN_PROGRESS' }
const complete = { DetectionStatus: 'DETECTION_COMPLETE' }
const watch = { PhysicalResourceId: 'once-watch', ResourceType: 'AWS::Lambda::Function' }
const queue = { PhysicalResourceId: 'once-failed', ResourceType: 'AWS::SQS::Queue' }
const modified = {
  StackResourceDriftStatus: 'MODIFIED',
  PropertyDifferences: [
    { PropertyPath: '/MemorySize', DifferenceType: 'NOT_EQUAL', ExpectedValue: '128', ActualValue: '256' },
  ],
}

const difference = { path: '/MemorySize', kind: 'NOT_EQUAL', expected: '128', actual: '256' }

test('it waits until the detection has ended, and reads all pages of what differs', async () => {
  const { found, asked } = await detect({
    DescribeStackDriftDetectionStatus: [underWay, underWay, complete],
    DescribeStackResourceDrifts: [
      { StackResourceDrifts: [{ ...watch, ...modified }], NextToken: 'next' },
      { StackResourceDrifts: [{ ...queue, StackResourceDriftStatus: 'DELETED' }] },
    ],
  })
  expect(found).toEqual({
    unread: undefined,
    resources: [
      { id: 'once-watch', type: 'AWS::Lambda::Function', isDeleted: false, differences: [difference] },
      { id: 'once-failed', type: 'AWS::SQS::Queue', isDeleted: true, differences: [] },
    ],
  })
  const read = { StackName: 'once-us-east-1', StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'] }
  expect(asked.slice(-2)).toMatchObject([read, { ...read, NextToken: 'next' }])
})

test('what it could not read is said, with what it could', async () => {
  const failed = {
    DetectionStatus: 'DETECTION_FAILED',
    DetectionStatusReason: 'not authorized: sqs:GetQueueAttributes',
  }
  const { found } = await detect({
    DescribeStackDriftDetectionStatus: [failed],
    DescribeStackResourceDrifts: [{ StackResourceDrifts: [{ ...watch, ...modified }] }],
  })
  expect(found).toMatchObject({ unread: 'not authorized: sqs:GetQueueAttributes', resources: [{ id: 'once-watch' }] })
})

test('it does not wait for ever', async () => {
  const found = detect({ DescribeStackDriftDetectionStatus: [underWay] })
  await expect(found).rejects.toThrow('has not ended within ten minutes')
})
