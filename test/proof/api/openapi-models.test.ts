import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyModel } from '../../../infra/resources/issuing-api.ts'
import { batchRequest } from '../../../shared/schemas/batch.ts'
import { exchangeRequest } from '../../../shared/schemas/exchange.ts'
import { issueLink } from '../../../shared/schemas/issue-link.ts'
import { completeRequest, partsRequest, uploadRequest } from '../../../shared/schemas/upload.ts'
import { right, type Schema } from '../../support/property/from-schema.ts'

/** Models are of draft 4, of which ours uses what is the same in all drafts. */
const isTaken = new Ajv({ strict: false, validateSchema: false }).compile({ ...bodyModel, schema: undefined })

const bodies: readonly (readonly [string, Schema])[] = [
  ['POST /links', issueLink],
  ['POST /links/batch', batchRequest],
  ['POST /uploads', uploadRequest],
  ['POST /uploads/{id}/parts', partsRequest],
  ['POST /uploads/{id}/complete', completeRequest],
  ['POST /exchange', exchangeRequest],
]

describe('what API Gateway looks at', () => {
  test.each(bodies)('lets every body of %s through that is right by the document', (_, schema) => {
    fc.assert(
      fc.property(right(schema), body => {
        expect(isTaken(body)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('turns down a body that is no object', () => {
    expect([[], 'text', null, 7, true].map(each => isTaken(each))).toEqual([false, false, false, false, false])
  })

  test('leaves it to the function to say what is wrong in one, and to take of a batch what is right', () => {
    const wrong = [{}, { key: 7 }, { key: 'k', more: 1 }, { links: [{ key: 'k' }, 7] }]
    expect(wrong.map(each => isTaken(each))).toEqual([true, true, true, true])
  })
})
