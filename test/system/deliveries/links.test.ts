import { expect, test } from 'vitest'
import { dynamodbLinks as apiLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { dynamodbLinks } from '../../../jobs/deliveries/adapters/dynamodb.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { useIdOf } from '../../../shared/link.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

const [region, table] = ['us-east-1', 'links-of-deliveries'] as const
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(-5), urlExpiresAt: secondsFromNoon(25) }
const unused = [{}, { state: 'live' }, { state: 'revoked' }] as const
const used = [
  { state: 'used', receipt },
  { state: 'revoked', receipt },
] as const

onBothStores([region], tables => {
  test('the function of deliveries knows which links are not used, and of one that is gone nothing', async () => {
    const { config } = tables()
    await createTables([table], [region], config)
    const reader = dynamodbLinks(table, { region, ...config(region) })
    for (const fields of [...unused, ...used]) {
      const { link } = makeLink({ ...fields, issuer: 'i', reference: 'i/case 17', notify: 'orders' })
      await apiLinks(table, dynamodbIn([region], config)).put(link, region)
      const names = { reference: 'case 17', notify: 'orders' }
      expect(await reader.find(link.id)).toEqual({ names, isUnused: !('receipt' in fields) })
    }
    const [mine, theirs] = [makeUse(-5), makeUse(-5)]
    for (const state of ['live', 'revoked'] as const) {
      const { link } = makeLink({ state, maxUses: 2, uses: [mine], notify: 'orders' })
      await apiLinks(table, dynamodbIn([region], config)).put(link, region)
      expect(await reader.find(link.id, useIdOf(mine))).toEqual({ names: { notify: 'orders' }, isUnused: false })
      expect(await reader.find(link.id, useIdOf(theirs))).toMatchObject({ isUnused: true })
    }
    expect(await reader.find(makeLink().link.id)).toEqual({ names: {}, isUnused: false })
  })
})
