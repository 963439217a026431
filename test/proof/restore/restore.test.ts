import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createKeyring, keysWaitSeconds, type Keyring } from '../../../shared/secrets/keys.ts'
import { linkIdOf, type Link } from '../../../shared/link.ts'
import { mintNonce } from '../../../shared/nonce.ts'
import { adaptersIn, homeRegions, storeOnTables } from '../../support/table/store.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { makeLink, plain, secondsFromNoon } from '../../support/table/links.ts'
import { simulatedKeys } from '../../support/keys/simulated-keys.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const repository = `${import.meta.dirname}/../../..`

/** Links of each kind: one that is deleted when it is used, and one that keeps a receipt. */
const kinds = { 'without a receipt': {}, 'with a receipt': { state: 'live' } } as const satisfies Record<
  string,
  Partial<Link>
>

onBothStores(homeRegions, tables => {
  describe.each(Object.entries(kinds))('a used link %s, whose item a backup brings back', (_, fields) => {
    /** Deploys keys, issues a link by them, and uses it at an edge on a real table. `restore` puts the item of the backup back. */
    async function used() {
      const keys = simulatedKeys()
      await keys.deployed()
      const store = await storeOnTables(tables(), await adaptersIn(repository), 'edge')
      const keyring: Keyring = createKeyring([async () => keys.current()], keys.clock)
      const edge = testEdge({ keyring, table: store.table, clock: keys.clock })
      const { link } = makeLink({ ...fields, expiresAt: secondsFromNoon(48 * 3600) })
      const flags = { ...plain, receipt: 'state' in fields }
      const claims = { flags, homeRegion: link.homeRegion, expiresAt: link.expiresAt }
      const nonce = mintNonce(claims, randomBytes(16), (await keyring.current()).mac)
      const backup = { ...link, id: linkIdOf(nonce) }
      const restore = () => store.replicate(backup, link.homeRegion)
      await restore()
      const viewers = { count: 0 }
      const open = async () => {
        viewers.count += 1
        const clientIp = `198.51.100.${viewers.count}`
        const { status, body } = await edge.open(viewerRequest({ uri: `/d/${nonce}`, clientIp }))
        const { reason } = JSON.parse(body ?? '{}') as { reason?: string }
        return reason === undefined ? status : `${status} ${reason}`
      }
      expect(await open()).toBe('302')
      expect(await open()).toMatch(/^40[34] /)
      return { keys, restore, open }
    }

    test('works once more, if links were not made invalid before', async () => {
      const { restore, open } = await used()
      await restore()
      expect(await open()).toBe('302')
    })

    test('works once more, if the item comes back before the edge has the new key', async () => {
      const { keys, restore, open } = await used()
      await keys.invalidateLinks()
      await restore()
      expect(await open()).toBe('302')
    })

    test('never works again, once links were made invalid and the command has waited', async () => {
      const { keys, restore, open } = await used()
      await keys.invalidateLinks()
      keys.clock.advance(keysWaitSeconds * 1000)
      await restore()
      expect(await open()).toBe('404 forged')
      await restore()
      expect(await open()).toBe('404 forged')
    })
  })
})
