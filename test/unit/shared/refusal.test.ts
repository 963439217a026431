import { expect, test } from 'vitest'
import { displayedRefusal, reasons } from '../../../shared/refusal.ts'

test('only what fails is a 5xx, which raises the alarm on the distribution: no refusal to a prefetch or a robot', () => {
  const failures = reasons.filter(reason => displayedRefusal(reason, false).refusal.status >= 500)
  expect(failures).toEqual(['unsupported', 'outcome-unknown', 'unavailable', 'failed'])
})
