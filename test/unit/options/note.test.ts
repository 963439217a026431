import { expect, test } from 'vitest'
import { linkFieldsOf } from '../../../cli/links/issue-options.ts'
import { itemOfLink } from '../../../shared/link-item.ts'
import type { LinkId } from '../../../shared/link.ts'
import { testApi } from '../../support/api.ts'

test('a note is kept and shown to the issuer, and one with a line break is refused', async () => {
  const api = testApi()
  const body = { key: 'report.pdf', ...linkFieldsOf({ note: 'for Anna' }) }
  const { id = '' } = (await api.call('POST', '/links', { body })).body
  expect((await api.call('GET', `/links/${id}`)).body).toMatchObject({ note: 'for Anna' })
  const link = await api.store.links.find(id as LinkId, 'us-east-1')
  expect(link && itemOfLink(link)).toMatchObject({ note: { S: 'for Anna' } })
  const refused = await api.call('POST', '/links', { body: { ...body, note: 'a\nb' } })
  expect(refused.body.errors?.map(({ field }) => field)).toEqual(['note'])
})
