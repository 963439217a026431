import { expect, test } from 'vitest'
import { explore } from './explore.ts'
import { type UploadGuard, uploadGuards, uploadMachine, uploadPromises } from './upload.ts'

/** Milliseconds that suffice on a machine with two busy cores. */
const timeoutMs = 900_000

test('the file of a link breaks no promise in any of over three million states', { timeout: timeoutMs }, () => {
  const { counterexample, states, reached } = explore(uploadMachine())
  expect(counterexample).toBeUndefined()
  expect(states).toBeGreaterThan(3_000_000)
  expect(reached['a file is there']).toHaveLength(6)
})

const guards = Object.entries(uploadGuards) as [UploadGuard, keyof typeof uploadPromises][]

test.each(guards)('without its guard, a promise breaks: %s (%s)', { timeout: timeoutMs }, (guard, breaks) => {
  const { property, steps = [] } = explore(uploadMachine(guard), breaks).counterexample ?? {}
  console.log(`${uploadPromises[breaks]}\n${steps.join('\n')}`)
  expect(property).toBe(breaks)
  expect(steps.length).toBeLessThanOrEqual(13)
})
