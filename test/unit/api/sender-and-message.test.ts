import { describe, expect, test } from 'vitest'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { testApi } from '../../support/api/api.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'

const prefixes = ['reports/']
const verbs = ['issue', 'read'] as const
const issuers = issuersOf(
  { id: 'fixed', principal: roleArn('fixed'), prefixes, verbs, sender: 'Records office' },
  { id: 'free', principal: roleArn('free'), prefixes, verbs, sender: 'Records office', ownSender: true },
  { id: 'none', principal: roleArn('none'), prefixes, verbs },
)
const key = 'reports/a.pdf'
const message = 'Dear Ms Müller,\nyour X-ray.'

/** Issues a link as a role, and returns the response and what a later request shows of the link. */
async function issued(body: object, role?: string, deployment: object = {}) {
  const api = testApi({}, role === undefined ? deployment : { issuers })
  const as = role === undefined ? {} : asRole(role)
  const response = await api.call('POST', '/links', { body: { key, ...body }, ...as })
  if (response.status !== 201) return { errors: response.body.errors, shown: undefined, stored: undefined }
  const { body: shown } = await api.call('GET', `/links/${response.body.id}`, as)
  const nonce = (response.body.url ?? '').slice(-43) as Nonce
  return { errors: undefined, shown, stored: await api.store.links.find(linkIdOf(nonce), 'us-east-1') }
}

describe('a link', () => {
  test('keeps its sender and message, and shows them to its issuer', async () => {
    const { shown, stored } = await issued({ sender: 'Dr. Weber', message })
    expect(stored).toMatchObject({ sender: 'Dr. Weber', message })
    expect(shown).toMatchObject({ sender: 'Dr. Weber', message })
  })

  test('with a wrong sender and message is refused, and both are named with what is allowed', async () => {
    const { errors } = await issued({ sender: 'a\nb', message: 'a\u202eb' })
    expect(errors).toEqual([
      {
        field: 'sender',
        got: JSON.stringify('a\nb'),
        allowed: expect.stringContaining('1 to 60 characters on one line'),
      },
      { field: 'message', got: expect.stringContaining('a'), allowed: expect.stringContaining('1 to 500 characters') },
    ])
  })
})

describe('a deployment with messages off', () => {
  test('refuses a message and says why, but takes a sender', async () => {
    const { errors } = await issued({ message: 'Hello' }, undefined, { messages: false })
    expect(errors).toEqual([
      { field: 'message', got: '"Hello"', allowed: 'no message: this deployment has messages off' },
    ])
    expect((await issued({ sender: 'Dr. Weber' }, undefined, { messages: false })).stored).toHaveProperty('sender')
  })
})

describe('the sender of an issuer', () => {
  test.each([
    ['fixed', {}, 'Records office'],
    ['fixed', { sender: 'Records office' }, 'Records office'],
    ['free', {}, 'Records office'],
    ['free', { sender: 'Dr. Weber' }, 'Dr. Weber'],
    ['none', {}, undefined],
  ])('%s that sends %j is %s', async (role, body, sender) => {
    const { stored, shown } = await issued(body, role)
    expect([stored?.sender, shown?.['sender']]).toEqual([sender, sender])
  })

  test.each([
    ['fixed', 'no sender but "Records office", or none: issuer fixed lacks ownSender'],
    ['none', 'no sender: issuer none lacks ownSender'],
  ])('%s can not be another one', async (role, allowed) => {
    const { errors } = await issued({ sender: 'Dr. Weber' }, role)
    expect(errors).toEqual([{ field: 'sender', got: '"Dr. Weber"', allowed }])
  })
})

test('a repeat with an Idempotency-Key answers the same link, and another message is another request', async () => {
  const api = testApi()
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
  const send = (text: string) => api.call('POST', '/links', { body: { key, message: text }, headers })
  const [first, again, other] = [await send('one'), await send('one'), await send('two')]
  expect(again.body).toEqual(first.body)
  expect(other).toMatchObject({ status: 422, body: { reason: 'idempotency-key-reused' } })
})
