import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseIssueInput } from '../../../api/links/issue-input.ts'
import { toLinkView } from '../../../api/links/one-link.ts'
import { everyone } from '../../../shared/callers/issuers.ts'
import { itemOfLink, type LinkItem, linkOfItem } from '../../../shared/table/link-item.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import { testApi } from '../../support/api/api.ts'
import { noon } from '../../support/table/links.ts'

/** A request for a link, and what version 0.2 made of it: see test/vectors/README.md. */
interface Vector {
  readonly name: string
  readonly body: { readonly reference?: string }
  /** The text of the parsed body, on which the fingerprint of an idempotency record depends. */
  readonly input: string
  readonly issued: { readonly id: LinkId; readonly homeRegion: Region }
  readonly item: LinkItem
  readonly view: object
  readonly used?: { readonly item: LinkItem; readonly view: object }
}

const file = new URL('../../vectors/links-0.2.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]

const viewOf = (item: LinkItem) => toLinkView(linkOfItem(item), everyone, noon)

describe.each(vectors)('a link of version 0.2: $name', ({ body, input, issued, item, view, used }) => {
  test('is shown as it was, also once it is used', () => {
    expect(viewOf(item)).toEqual(view)
    expect(used && viewOf(used.item)).toEqual(used?.view)
  })

  test('is issued again with the same nonce and item, and a repeat of its request is the same one', async () => {
    const random = (length: number) => Uint8Array.from({ length }, (_, index) => index * 16 + 1)
    const endpoints = [{ id: 'billing', url: 'https://hooks.example.com/', secretName: 'billing' }]
    const api = testApi({ random }, { endpoints, gate: true })
    // Responses have the reference since.
    expect((await api.call('POST', '/links', { body })).body).toEqual({ ...issued, reference: body.reference })
    const link = await api.store.links.find(issued.id, issued.homeRegion)
    expect(link && itemOfLink(link)).toEqual(item)
    const parsed = parseIssueInput(body)
    expect(parsed.ok && JSON.stringify(parsed.value)).toBe(input)
  })
})

test('these links have every option that version 0.2 had', () => {
  const names = new Set(vectors.flatMap(({ body }) => Object.keys(body)))
  expect(names.size).toBe(20)
})
