import { expect, test } from 'vitest'
import { setProtection } from '../../../cli/deployment/table-protection.ts'
import type { Table } from '../../../cli/ports/aws-data.ts'
import type { Aws } from '../../../cli/ports/ports.ts'
import type { EpochMs } from '../../../shared/time.ts'

const table = { name: 'once-links', region: 'us-east-2' } as const

/** DynamoDB, as it describes the table at each read, the last time for good; it refuses so many changes. */
function dynamoDb(reads: readonly (Pick<Table, 'status' | 'deletionProtected'> | undefined)[], refusals = 0) {
  const changes: string[] = []
  let [read, waitedMs] = [0, 0]
  const send = (call: string) => async (name: string, region: string) =>
    changes.push(`${call} ${name} ${region}`) > refusals
  const describe = async () => reads[Math.min(read++, reads.length - 1)]
  const aws = { tables: { describe, protect: send('protect'), unprotect: send('unprotect') } } as unknown as Aws
  const clock = { now: () => 0 as EpochMs, pause: async (ms: number) => void (waitedMs += ms) }
  return { ports: { aws, clock }, changes, waitedMs: () => waitedMs }
}

const isOff = { status: 'ACTIVE', deletionProtected: false }
const isOn = { status: 'ACTIVE', deletionProtected: true }
const changing = { status: 'UPDATING', deletionProtected: true }

test.each([
  ['a table that has it already is left as it is', [isOn], []],
  ['a table that does not exist needs none', [undefined], []],
  ['a table is protected by one change, whose end is awaited', [isOff, changing, changing, isOn], ['protect']],
  ['a table that is gone meanwhile needs none', [isOff, undefined], ['protect']],
] as const)('%s', async (_, reads, changes) => {
  const found = dynamoDb(reads)
  expect(await setProtection(table, true, found)).toBe(true)
  expect(found.changes).toEqual(changes.map(change => `${change} once-links us-east-2`))
})

test('while DynamoDB makes another change, it is asked again', async () => {
  const { changes, ...found } = dynamoDb([isOn, isOn, isOn, isOff], 2)
  expect(await setProtection(table, false, found)).toBe(true)
  expect(changes).toHaveLength(3)
})

test('a change that does not end is given up after five minutes', async () => {
  const { changes, waitedMs, ...found } = dynamoDb([isOff])
  expect(await setProtection(table, true, found)).toBe(false)
  expect([changes.length, waitedMs()]).toEqual([1, 300_000])
})
