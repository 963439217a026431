import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { bodyModel } from '../../../infra/resources/issuing-api.ts'

/** Models are of draft 4, of which ours uses what is the same in all drafts. */
const isTaken = new Ajv({ strict: false, validateSchema: false }).compile({ ...bodyModel, schema: undefined })

describe('what API Gateway looks at', () => {
  test('turns down a body that is no object', () => {
    expect([[], 'text', null, 7, true].map(each => isTaken(each))).toEqual([false, false, false, false, false])
  })

  test('leaves it to the function to say what is wrong in one, and to take of a batch what is right', () => {
    const wrong = [{}, { key: 7 }, { key: 'k', more: 1 }, { links: [{ key: 'k' }, 7] }]
    expect(wrong.map(each => isTaken(each))).toEqual([true, true, true, true])
  })
})
