import { expect, test } from 'vitest'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import { testApi } from '../../support/api.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'

/** Issues a link; returns the status, and the link as it is shown or the errors of the request. */
async function issue(signer: Deployment['signer'], body: object) {
  const { call } = testApi({}, { signer })
  const issued = await call('POST', '/links', { body: { key: 'report.pdf', ...body } })
  const { id } = issued.body
  return { status: issued.status, errors: issued.body.errors, link: (await call('GET', `/links/${id}`)).body }
}

test.each([{}, { receipt: true }])('if KMS signs, every link keeps a receipt: %o', async body => {
  const { status, link } = await issue('kms', body)
  expect(status).toBe(201)
  expect(link).toMatchObject({ state: 'live', receipt: null })
})

test('if KMS signs, a link without a receipt is refused with the reason', async () => {
  const { status, errors } = await issue('kms', { receipt: false })
  const allowed = 'true, or left out: with the signer "kms" every link keeps a receipt'
  expect(status).toBe(400)
  expect(errors).toEqual([{ field: 'receipt', got: 'false', allowed }])
})

test('if the key is in the secret, a link keeps a receipt only on request', async () => {
  expect((await issue('secret', {})).link).not.toHaveProperty('receipt')
  expect((await issue('secret', { receipt: false })).link).not.toHaveProperty('receipt')
  expect((await issue('secret', { receipt: true })).link).toHaveProperty('receipt')
})

test('an Idempotency-Key names the same request before and after the signer is changed', async () => {
  const idempotency = memoryIdempotencyStore()
  const signers = ['secret', 'kms'] as const
  const [first, later] = signers.map(signer => testApi({ idempotency }, { signer }))
  const request = {
    body: { key: 'report.pdf' },
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' },
  }
  const issued = await first!.call('POST', '/links', request)
  const again = await later!.call('POST', '/links', request)
  expect(issued.status).toBe(201)
  expect(again.status).toBe(201)
  expect(again.body).toEqual(issued.body)
})
