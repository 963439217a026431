import { describe, expect, test } from 'vitest'
import { evaluate, missingIamSimulate } from '../../support/iam/evaluate.ts'
import { documented, questionOf } from './documented.ts'

describe.skipIf(missingIamSimulate !== undefined)('the evaluator decides as AWS documents it', () => {
  test.each(documented.map(line => [line.says, line] as const))('%s', async (_says, line) => {
    expect(await evaluate(questionOf(line)), line.page).toBe(line.decision)
  })

  test('an action that AWS does not have is an error', async () => {
    const [line] = documented
    if (line === undefined) throw new Error('no line')
    const unknown = { ...questionOf(line), action: 's3:FetchObject' }
    await expect(evaluate(unknown)).rejects.toThrow('s3:FetchObject')
  })
})
