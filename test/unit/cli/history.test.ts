import { describe, expect, test } from 'vitest'
import { resourcesCreatedBy, type StackHistory } from '../../../cli/deployment/teardown/history.ts'

const logGroup = 'AWS::Logs::LogGroup'

/** A stack of the deployment in which one log group is in some state. */
function stackWith(status: string, resourceStatus: string, id = status): StackHistory {
  const resource = { type: logGroup, physicalId: '/once/edge', status: resourceStatus, reason: '' }
  return { name: 'once-region-eu-west-1', region: 'eu-west-1', id, status, kind: 'region', resources: [resource] }
}

const deleted = stackWith('DELETE_COMPLETE', 'DELETE_COMPLETE')
const there = stackWith('CREATE_COMPLETE', 'CREATE_COMPLETE')

describe('a thing is left to the stack that still has it to delete, and to none that has not', () => {
  test.each([
    ['a stack that is there', [there], true],
    ['a stack that is being deleted', [stackWith('DELETE_IN_PROGRESS', 'CREATE_COMPLETE')], true],
    ['a stack that could not delete it', [stackWith('DELETE_FAILED', 'DELETE_FAILED')], true],
    ['a stack that could not delete something else', [stackWith('DELETE_FAILED', 'DELETE_COMPLETE')], false],
    ['a stack that was told to retain it', [stackWith('DELETE_FAILED', 'DELETE_SKIPPED')], false],
    ['a stack that is gone, whatever it says of it', [stackWith('DELETE_COMPLETE', 'CREATE_COMPLETE')], false],
    ['one that is gone, then one that is there', [deleted, there], true],
    ['one that is there, then one that is gone', [there, deleted], true],
  ] as const)('%s: %#', (_, histories, ownedByStack) => {
    expect(resourcesCreatedBy(histories, [logGroup])).toMatchObject([
      { physicalId: '/once/edge', region: 'eu-west-1', ownedByStack },
    ])
  })
})

test('things of other types, and what was never made, are not named', () => {
  const unmade = { type: logGroup, physicalId: '', status: 'CREATE_FAILED', reason: 'no' }
  expect(resourcesCreatedBy([{ ...there, resources: [...there.resources, unmade] }], ['AWS::S3::Bucket'])).toEqual([])
  expect(resourcesCreatedBy([{ ...there, resources: [unmade] }], [logGroup])).toEqual([])
})
