import { describe, expect, test } from 'vitest'
import { type FieldError, ProblemError } from '../../../client/client.ts'
import { apiRefusals } from '../../../shared/api/refusal.ts'
import { optionNames } from '../../../shared/options/options.ts'

/** What the page says of a problem; its module has types of browsers, which those of Node.js exclude. */
interface Problems {
  problemOf(error: unknown): { readonly lines: readonly string[]; readonly latest?: string }
}

const file: string = '../../../console/page/problems.ts'
const { problemOf } = (await import(file)) as Problems

const refused = (reason: string, errors: readonly FieldError[] = []) =>
  problemOf(
    new ProblemError({
      status: 400,
      reason,
      title: 'T',
      detail: 'D',
      errors: [...errors],
      requestId: 'r-1',
      attempts: 1,
    }),
  )

const unknown = 'That did not work. Say this number to those who run this page: r-1'

describe('what the page says where something does not work', () => {
  // Of what a box says, nothing can be wrong.
  test.each([...optionNames.filter(name => name !== 'confirm' && name !== 'allowMissing'), 'key', 'bytes'])(
    '%s has a sentence for people, without a name of the API',
    field => {
      const { lines } = refused('invalid-fields', [{ field, got: '"x"', allowed: '10 to 20 of it' }])
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toBe(unknown)
      expect(lines[0]).not.toMatch(/\bgot\b|allowed|[a-z][A-Z]/)
    },
  )

  test('a refusal that no page can meet, or that is not known yet, is the number of its request', () => {
    const reasons = [...Object.keys(apiRefusals), 'later', 'constructor', 'invalid-fields']
    const never = 'no-such-route method-not-allowed not-json body-too-large invalid-json invalid-fields'
    const others = `${never} idempotency-key-reused idempotency-key-retired later constructor invalid-fields`
    expect(reasons.filter(reason => refused(reason).lines[0] === unknown)).toEqual(others.split(' '))
    const field = { field: 'later', got: '1', allowed: '2' }
    expect(refused('invalid-fields', [field, { ...field, field: 'toString' }]).lines).toEqual([unknown])
  })

  test('a time that is too late has the latest one, a file that is too large the limit', () => {
    const allowed = '10 to 604800 seconds from now, so until 2026-12-08T14:47:17Z'
    const { lines, latest } = refused('invalid-fields', [{ field: 'expiresAt', got: '9', allowed }])
    expect(lines[0]).toMatch(/^Choose a time until Tuesday,? 8 December at \d\d:\d\d\.$/)
    expect(latest).toBe('2026-12-08T14:47:17Z')
    const large = { field: 'bytes', got: '9', allowed: 'at most 5000000000, the limit of this deployment' }
    expect(refused('invalid-fields', [large]).lines).toEqual(['This file is too large: 5 GB is the most here.'])
  })
})
