import { describe, expect, test } from 'vitest'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { missingPython } from '../../support/machine/python.ts'
import { startPythonContender, type Way } from './python-contender.ts'
import { race, type RaceResult } from './race.ts'

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const contenders = 8
/** `PROOF=all` races for 1,000. */
const links = process.env['PROOF'] === 'all' ? 1000 : 300
/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000

/** Races four contenders at three edges, from two processes, against four in two processes of Python with this way. */
async function raceAgainst(dynamodb: string, way: Way, nonces: number): Promise<RaceResult> {
  const emulator = await emulatorHere({ bucket: temporaryFolder(), regions, dynamodb })
  const others = [0, 1].map(() => () => startPythonContender(dynamodb, regions, way))
  return race(emulator, { nonces, contenders, processes: 2, others })
}

describe.skipIf(missingPython !== undefined)('against Python with boto3, which runs none of our code,', () => {
  onDynamodbLocal(dynamodb => {
    test(
      `each of ${links} links has one winner, at an edge or in Python, with a receipt or without`,
      { timeout },
      async () => {
        const { redirects, exchanges, ...others } = await raceAgainst(dynamodb, 'whole', links)
        expect(others).toEqual({ requests: links * contenders, refusals: links * (contenders - 1), lost: 0, wrong: [] })
        expect(redirects + exchanges).toBe(links)
        expect(Math.min(redirects, exchanges)).toBeGreaterThan(0)
      },
    )

    test.each(['reads first', 'writes without a condition'] as const)(
      'the race catches a racer that %s',
      { timeout },
      async way => {
        const { wrong } = await raceAgainst(dynamodb, way, 60)
        expect(wrong.some(({ winners }) => winners > 1)).toBe(true)
      },
    )
  })
})
