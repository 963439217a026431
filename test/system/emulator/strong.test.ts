import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite, startSharedDynalite, type Tables, tablesAt } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { linksTable, replicasOf } from '../../support/emulator/replicas.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'
import { onDynamodbLocal } from '../../support/on-stores.ts'

const regions: readonly [Region, Region, Region] = ['us-east-1', 'eu-west-1', 'ap-northeast-1']

function testOneRegister(start: () => Promise<Tables>): void {
  const name = `links-${process.pid}`
  async function startReplicas() {
    const tables = await start()
    onTestFinished(() => tables.close())
    await createTables([name], regions, tables.config)
    return replicasOf(tables, name)
  }

  test('the other Regions read a write at once', async () => {
    const replicas = await startReplicas()
    const [america, europe, asia] = regions
    await replicas.put(america, 'a', 'first')
    expect(await replicas.read(asia, 'a')).toBe('first')
    await replicas.update(europe, 'a', 'second')
    expect(await replicas.read(america, 'a')).toBe('second')
    await replicas.remove(asia, 'a')
    expect(await replicas.read(europe, 'a')).toBeUndefined()
  })
}

describe('in mode strong three Regions are one register: dynalite', () => {
  testOneRegister(() => startSharedDynalite())
})

onDynamodbLocal(endpoint => {
  describe('in mode strong three Regions are one register', () => {
    testOneRegister(async () => tablesAt(endpoint, regions[0]))
  })
})

describe('a folder of tables', () => {
  test('that mode strong made can be opened again in mode strong', async () => {
    const data = temporaryFolder()
    const first = await startSharedDynalite(data)
    await createTables([linksTable], regions, first.config)
    await replicasOf(first).put('us-east-1', 'a', 'kept')
    await first.close()
    const second = await startSharedDynalite(data)
    onTestFinished(() => second.close())
    expect(await replicasOf(second).read('eu-west-1', 'a')).toBe('kept')
  })

  test('that mode home made can not be opened in mode strong', async () => {
    const data = temporaryFolder()
    await (await startDynalite(regions, data)).close()
    await expect(startSharedDynalite(data)).rejects.toThrow(/were made in mode "home"; use that mode or another folder/)
  })

  test('that mode strong made can not be opened in mode home', async () => {
    const data = temporaryFolder()
    await (await startSharedDynalite(data)).close()
    await expect(startDynalite(regions, data)).rejects.toThrow(/were made in mode "strong"/)
  })
})

describe('an emulator in mode strong', () => {
  test('gives the file to one of many viewers at all its edges', async () => {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.pdf'), 'x')
    const { api, edges } = await emulatorHere({ bucket, mode: 'strong' })
    const { url } = await issueAt(api, { key: 'report.pdf' })
    const { pathname } = new URL(url)
    const requests = Object.values(edges).flatMap(edge => Array.from({ length: 5 }, () => ask(edge + pathname)))
    const statuses = (await Promise.all(requests)).map(({ status }) => status)
    expect(statuses.filter(status => status === 302)).toHaveLength(1)
    expect(statuses.filter(status => status === 403)).toHaveLength(14)
  })

  test('needs three Regions', async () => {
    const options = { bucket: temporaryFolder(), mode: 'strong', regions: regions.slice(0, 2) } as const
    await expect(emulatorHere(options)).rejects.toThrow(/in mode "strong" exactly three of/)
  })
})
