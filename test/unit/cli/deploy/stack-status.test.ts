import { StackStatus } from '@aws-sdk/client-cloudformation'
import { describe, expect, test } from 'vitest'
import { preparationFor, wasComplete } from '../../../../cli/deployment/deploy/stack-status.ts'

const statuses = Object.values(StackStatus)

describe('the status of a stack', () => {
  test('every one that AWS names is known, and one is refused', () => {
    expect(statuses.filter(status => preparationFor(status) === 'refuse')).toEqual(['IMPORT_ROLLBACK_FAILED'])
  })

  test('one that changes is waited for, except a stack without a change set that ran', () => {
    const changing = statuses.filter(status => status.endsWith('_IN_PROGRESS'))
    expect(changing.filter(status => preparationFor(status) !== 'wait')).toEqual(['REVIEW_IN_PROGRESS'])
    expect(preparationFor('REVIEW_IN_PROGRESS')).toBe('go-on')
  })

  test('one that is deleted was never complete', () => {
    const deleted = statuses.filter(status => preparationFor(status) === 'delete')
    expect(deleted.toSorted()).toEqual(['DELETE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])
    expect(deleted.map(wasComplete)).toEqual([false, false, false])
  })

  test('one that this version does not know is refused', () => {
    expect(preparationFor('PAUSED')).toBe('refuse')
  })
})
