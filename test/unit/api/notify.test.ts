import { describe, expect, test } from 'vitest'
import { contextOf } from '../../../api/access.ts'
import type { ApiContext } from '../../../api/ports.ts'
import type { Endpoint } from '../../../shared/webhooks/endpoints.ts'
import { type Access, everyone } from '../../../shared/callers/issuers.ts'
import { testApi } from '../../support/api/api.ts'
import { testDeployment } from '../../support/edge/deployment.ts'

const endpoint = (id: string, issuer?: string): Endpoint => ({
  id,
  url: 'https://hooks.example.com/',
  secretName: 'webhooks',
  ...(issuer !== undefined && { issuer }),
})
const endpoints = [endpoint('orders'), endpoint('shop-only', 'shop')]
const deployment = testDeployment({ endpoints })

describe('a link that names an endpoint', () => {
  test('is issued, stored and shown with its id, alone and in a batch', async () => {
    const api = testApi({}, { endpoints })
    const { status, body } = await api.call('POST', '/links', { body: { key: 'f', notify: 'orders' } })
    expect(status).toBe(201)
    expect((await api.call('GET', `/links/${body.id}`)).body).toMatchObject({ notify: 'orders' })
    const links = [{ key: 'f', notify: 'orders' }, { key: 'f' }]
    const batch = await api.call('POST', '/links/batch', { body: { links } })
    const [first, second] = batch.body.results as { link: { id: string } }[]
    expect((await api.call('GET', `/links/${first?.link.id}`)).body).toMatchObject({ notify: 'orders' })
    expect((await api.call('GET', `/links/${second?.link.id}`)).body).not.toHaveProperty('notify')
  })

  test.each([
    ['other', endpoints, 'one of orders'],
    ['shop-only', endpoints, 'one of orders'],
    ['orders', undefined, 'no endpoint: the deployment has none for this issuer'],
    [
      'https://evil.example/',
      endpoints,
      'the id of an endpoint: 1 to 16 characters out of a-z 0-9 -, not starting with -',
    ],
  ])('%s is refused where it may not name it, and the error lists those that it may', async (notify, all, allowed) => {
    const api = testApi({}, all && { endpoints: all })
    const { status, body } = await api.call('POST', '/links', { body: { key: 'f', notify } })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ field: 'notify', got: JSON.stringify(notify), allowed }])
  })
})

test('an issuer may name its own endpoints and those for all, and sees no others', () => {
  const idsFor = (access: Access) =>
    contextOf(access, { deployment } as ApiContext).deployment.endpoints?.map(({ id }) => id)
  expect(idsFor({ ...everyone, id: 'shop' })).toEqual(['orders', 'shop-only'])
  expect(idsFor({ ...everyone, id: 'other' })).toEqual(['orders'])
  expect(idsFor(everyone)).toEqual(['orders'])
})
