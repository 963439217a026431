import { expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { remindedOf } from '../../support/events/reminded.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'

const remindAt = secondsFromNoon(1800)
const plain: Link = { ...makeLink().link, notify: 'orders', remindAt }
const live: Link = { ...plain, state: 'live' }
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(59), urlExpiresAt: secondsFromNoon(89) }

test.each<readonly [string, Link]>([
  ['without a receipt', plain],
  ['with one', live],
  ['with several uses', { ...live, maxUses: 2, uses: [] }],
  ['with tries left', { ...live, passphraseHash: 'x', tries: 4, maxTries: 5 }],
])('says that a link %s was not opened', async (_, link) => {
  const [event, ...others] = await remindedOf(link, secondsFromNoon(1830))
  expect(others).toEqual([])
  const detail = { id: link.id, notify: 'orders', deployment: 'once', eventId: `${link.id}-unopened` }
  expect(event).toMatchObject({ type: 'Link unopened', at: remindAt, detail })
  expect(JSON.stringify(event)).not.toContain(link.key)
})

test.each<readonly [string, Link | undefined]>([
  ['that is gone', undefined],
  ['that was used', { ...live, state: 'used', receipt }],
  ['that one of several clients used', { ...live, maxUses: 2, uses: [makeUse(10)] }],
  ['that was revoked', { ...live, state: 'revoked' }],
  ['that is locked', { ...live, passphraseHash: 'x', tries: 5, maxTries: 5 }],
  ['that has expired', { ...live, expiresAt: secondsFromNoon(1830) }],
  ['without a reminder', makeLink().link],
])('says nothing of a link %s', async (_, link) => {
  expect(await remindedOf(link, secondsFromNoon(1830))).toEqual([])
})
