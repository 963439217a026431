import assert from 'node:assert/strict'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { askUpdateOf } from '../../../shared/redemption/ask-update.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import type { SweptStore } from '../../support/table/memory-store.ts'
import { type Contract, fifty } from './cases.ts'
import { everyStoreKeeps } from './every-store.ts'
import { copyWith, failuresIn } from './failures.ts'

const noon = secondsFromNoon(0)
const expired = { expiresAt: noon, purgeAt: secondsFromNoon(3600) }
const locked = { passphraseHash: 'x', tries: 5, maxTries: 5 }
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(-60), urlExpiresAt: secondsFromNoon(-30) }
const live = { state: 'live' } as const
const used = { state: 'used', receipt } as const
const usedUp = { ...live, maxUses: 1, uses: [receipt] } as const

/** What a store promises of the update that counts that a sender is asked. */
const ofAsks = (update: typeof askUpdateOf): Contract => {
  const issued = async (store: SweptStore, fields: Partial<Link>) => {
    const { link } = makeLink(fields)
    await store.links.put(link, link.homeRegion)
    return link
  }
  const ask = async ({ table }: SweptStore, { id, homeRegion }: Link, { home = homeRegion, now = noon } = {}) =>
    table.inspect({ id, homeRegion: home }, update, { region: homeRegion, now, timeoutMs: 5000 })
  return {
    async 'of fifty presses at once on a link that has ended, one an hour counts, three in all, and nothing else changes'(
      store,
    ) {
      for (const fields of [expired, { ...expired, ...live }, locked, { ...locked, ...live }, used, usedUp]) {
        const link = await issued(store, fields)
        for (const [hour, requested] of [1, 2, 3, 3].entries()) {
          const now = secondsFromNoon(3600 * hour)
          await fifty(async () => ask(store, link, { now }))
          const asked = { ...link, requested, requestedAt: secondsFromNoon(3600 * (requested - 1)) }
          assert.deepEqual(await store.links.find(link.id, link.homeRegion), asked)
          assert.deepEqual(await ask(store, link, { now: secondsFromNoon(3600 * hour + 3599) }), asked)
        }
      }
    },
    async 'on a link that is live, revoked, deleted or of another home nothing counts, and no item is created'(store) {
      const tried = { ...locked, tries: 4 }
      const alive = [{ expiresAt: secondsFromNoon(1) }, live, tried, { ...tried, ...live }, { ...usedUp, maxUses: 2 }]
      const revoked = [expired, locked, used].map(fields => ({ ...fields, state: 'revoked' as const }))
      for (const fields of [...alive, ...revoked]) {
        const link = await issued(store, fields)
        assert.deepEqual(await ask(store, link), link)
        assert.deepEqual(await store.links.find(link.id, link.homeRegion), link)
      }
      const { link } = makeLink(expired)
      assert.equal(await ask(store, link), undefined)
      assert.equal(await store.links.find(link.id, link.homeRegion), undefined)
      const here = await issued(store, expired)
      assert.deepEqual(await ask(store, here, { home: 'eu-west-1' }), here)
    },
  }
}

everyStoreKeeps(ofAsks(askUpdateOf))

/** Parts of the condition, each with what is in its place in an update that must fail. */
test.each([
  ['#homeRegion = :home AND', '(#homeRegion = :home OR attribute_exists(#homeRegion)) AND'],
  ['#state <> :revoked', '(#state <> :revoked OR attribute_exists(#state))'],
  ['#requested < :max', '(#requested < :max OR attribute_exists(#requested))'],
  ['maxRequested = 3', 'maxRequested = 4'],
  ['attribute_not_exists(#requested) OR ', ''],
  [' AND #requestedAt <= :ago', ''],
  ['now - askSeconds', 'now - askSeconds + 1'],
  ['size(#uses) >= #maxUses', 'size(#uses) > #maxUses'],
  ['size(#uses) >= #maxUses', 'attribute_exists(#uses)'],
  ['#expiresAt <= :now OR ', ''],
  ['#expiresAt <= :now', '#expiresAt < :now'],
  ['#expiresAt <= :now', 'attribute_exists(#expiresAt)'],
  ['#state = :used OR ', '(#state = :used AND #state = :revoked) OR '],
  ['#tries >= #maxTries', '#tries > #maxTries'],
  [' AND #tries >= #maxTries', ''],
  ['#requested, :zero) + :one', '#requested, :zero) + :zero'],
])('the contract catches an update with another condition than %s: %s', async (find, replace) => {
  const root = await copyWith('ask', [{ file: 'shared/redemption/ask-update.ts', find, replace }])
  const copy = (await import(join(root, 'shared/redemption/ask-update.ts'))) as { askUpdateOf: typeof askUpdateOf }
  expect(await failuresIn(Object.entries(ofAsks(copy.askUpdateOf)))).not.toEqual([])
})
