import { inspect } from 'node:util'
import { expect } from 'vitest'

/** Resolves with the error of a call that must fail. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    value => expect.fail(`resolved with ${inspect(value)}`),
    (error: unknown) => error,
  )
