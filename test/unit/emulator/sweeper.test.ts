import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { manualClock } from '../../support/machine/clock.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'

test.each(['home', 'strong'] as const)(
  'an expired link is removed from the tables after a time, in mode %s',
  async mode => {
    const clock = manualClock()
    const { api } = await emulatorHere({ bucket: temporaryFolder(), mode, clock, sweepEveryMs: 20 })
    const short = await issueAt(api, { key: 'f', allowMissing: true, expiresIn: 60 })
    const long = await issueAt(api, { key: 'f', allowMissing: true, expiresIn: 60, receipt: true })
    const status = async (id: string) => (await ask(`${api}/links/${id}`)).status
    clock.advance(65_000)
    await pause(100)
    expect(await status(short.id)).toBe(200)
    clock.advance(3_600_000)
    while ((await status(short.id)) === 200) await pause(20)
    expect(await status(short.id)).toBe(404)
    expect(await status(long.id)).toBe(200)
  },
)
