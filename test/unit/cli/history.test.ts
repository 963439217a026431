import { describe, expect, test } from 'vitest'
import { resourcesCreatedBy, type StackHistory } from '../../../cli/deployment/teardown/history.ts'

const logGroup = 'AWS::Logs::LogGroup'

/** Creates a stack of the deployment that holds one log group. */
function stackWith(status: string, resourceStatus: string, id = status): StackHistory {
  const resource = { type: logGroup, physicalId: '/once/edge', status: resourceStatus, reason: '' }
  return { name: 'once-region-eu-west-1', region: 'eu-west-1', id, status, kind: 'region', resources: [resource] }
}

const deleted = stackWith('DELETE_COMPLETE', 'DELETE_COMPLETE')
const existing = stackWith('CREATE_COMPLETE', 'CREATE_COMPLETE')

describe('a resource belongs to a stack as long as that stack is to delete it', () => {
  test.each([
    ['a stack that exists', [existing], true],
    ['a stack that is being deleted', [stackWith('DELETE_IN_PROGRESS', 'CREATE_COMPLETE')], true],
    ['a stack that failed to delete it', [stackWith('DELETE_FAILED', 'DELETE_FAILED')], true],
    [
      'a stack that deleted it and failed to delete another resource',
      [stackWith('DELETE_FAILED', 'DELETE_COMPLETE')],
      false,
    ],
    ['a stack that retained it', [stackWith('DELETE_FAILED', 'DELETE_SKIPPED')], false],
    ['a deleted stack, whatever the status of the resource', [stackWith('DELETE_COMPLETE', 'CREATE_COMPLETE')], false],
    ['a deleted stack, then one that exists', [deleted, existing], true],
    ['a stack that exists, then a deleted one', [existing, deleted], true],
  ] as const)('%s: %#', (_, histories, ownedByStack) => {
    expect(resourcesCreatedBy(histories, [logGroup])).toMatchObject([
      { physicalId: '/once/edge', region: 'eu-west-1', ownedByStack },
    ])
  })
})

test('resources of other types, and those that were never created, are left out', () => {
  const notCreated = { type: logGroup, physicalId: '', status: 'CREATE_FAILED', reason: 'no' }
  expect(
    resourcesCreatedBy([{ ...existing, resources: [...existing.resources, notCreated] }], ['AWS::S3::Bucket']),
  ).toEqual([])
  expect(resourcesCreatedBy([{ ...existing, resources: [notCreated] }], [logGroup])).toEqual([])
})
