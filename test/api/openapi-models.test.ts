import { Ajv } from 'ajv'
import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchModel, exchangeModel, linkModel } from '../../infra/constructs/request-models.ts'
import { batchRequest } from '../../shared/openapi/batch.ts'
import { exchangeRequest } from '../../shared/openapi/exchange.ts'
import { issueLink } from '../../shared/openapi/issue-link.ts'
import { right, type Schema } from '../property/from-schema.ts'

/** Models are of draft 4, of which ours use what is the same in all drafts. */
const ajv = new Ajv({ strict: false, validateSchema: false })
const takes = (model: JsonSchema) => ajv.compile({ ...model, schema: undefined })

const bodies: readonly (readonly [string, JsonSchema, Schema])[] = [
  ['POST /links', linkModel, issueLink],
  ['POST /links/batch', batchModel, batchRequest],
  ['POST /exchange', exchangeModel, exchangeRequest],
]

describe('what API Gateway looks at', () => {
  test.each(bodies)('lets every body of %s through that is right by the document', (_, model, schema) => {
    const isTaken = takes(model)
    fc.assert(
      fc.property(right(schema), body => {
        expect([isTaken(body), body]).toEqual([true, body])
      }),
      { numRuns: 2000 },
    )
  })

  test.each(bodies)(
    'turns down a body of %s with a field that is not there, or without one that must be',
    (_, model) => {
      const isTaken = takes(model)
      expect([{}, { nonce: 'x', key: 'x', links: [], more: 1 }, [], 'text'].map(each => isTaken(each))).toEqual([
        false,
        false,
        false,
        false,
      ])
    },
  )

  test('lets a batch through of which one link is wrong: the others are issued', () => {
    expect(takes(batchModel)({ links: [{ key: 'k' }, 7] })).toBe(true)
  })
})
