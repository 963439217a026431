import { expect, onTestFinished, test, vi } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'
import { linksTable, replicasOf } from '../../support/emulator/replicas.ts'
import { temporaryFolder } from '../../support/folder.ts'

const america: Region = 'us-east-1'
const europe: Region = 'eu-west-1'

test('a put, an update and a delete appear in the other Region after a second; another table stays in its Region', async () => {
  const tables = await startDynalite([america, europe], undefined, linksTable)
  onTestFinished(() => tables.close())
  await createTables([linksTable, 'api-state'], [america, europe], tables.config)
  const [replicas, unreplicated] = [replicasOf(tables), replicasOf(tables, 'api-state')]
  await unreplicated.put(america, 'put', 'here')
  await replicas.put(america, 'updated', 'old')
  await replicas.update(america, 'updated', 'new')
  await replicas.put(america, 'removed', 'new')
  await replicas.remove(america, 'removed')
  await replicas.put(america, 'put', 'new')
  expect(await replicas.read(europe, 'put')).toBeUndefined()
  // Writes of one item arrive in order, those of different items in any.
  const arrived = async () => Promise.all(['put', 'updated', 'removed'].map(id => replicas.read(europe, id)))
  await vi.waitFor(async () => expect(await arrived()).toEqual(['new', 'new', undefined]), 10_000)
  expect(await unreplicated.read(europe, 'put')).toBeUndefined()
})

test('conditions are checked against the local replica: within the lag, two Regions can consume one item', async () => {
  const data = temporaryFolder()
  const tables = await startDynalite([america, europe], data, linksTable)
  await createTables([linksTable], [america, europe], tables.config)
  const replicas = replicasOf(tables)
  await replicas.put(america, 'a', 'new')
  await replicas.put(europe, 'a', 'new')
  const consumed = [america, europe].map(region => replicas.tryConsume(region, 'a'))
  expect(await Promise.all(consumed)).toEqual([true, true])
  await replicas.put(america, 'b', 'new')
  await tables.close()
  const reopened = await startDynalite([america, europe], data)
  onTestFinished(() => reopened.close())
  const left = replicasOf(reopened)
  expect(await left.read(europe, 'b'), 'what is in transit arrives when the tables close').toBe('new')
  expect([await left.read(america, 'a'), await left.read(europe, 'a')]).toEqual([undefined, undefined])
})
