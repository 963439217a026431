import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { emulatorProcess } from '../support/emulator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ask, issueAt } from '../support/http.ts'

const rounds = 8
const linksARound = 60

/** Opens links one after the other until the emulator is gone; notes those that redirected. */
async function openUntilKilled(paths: readonly string[], edge: string, spent: Set<string>): Promise<void> {
  for (const path of paths) {
    const status = await ask(edge + path).then(
      answer => answer.status,
      () => undefined,
    )
    if (status === undefined) return
    if (status === 302) spent.add(path)
  }
}

test('killed at any moment and started again, no spent link works and every other one still may', async () => {
  const [bucket, data] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(bucket, 'f'), 'x')
  const spent = new Set<string>()
  let live: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
    const edges = Object.values(emulator.edges)
    for (const path of spent) expect((await ask(edges[0] + path)).status).toBe(403)
    for (let index = 0; index < linksARound; index += 1) {
      const homeRegion = Object.keys(emulator.edges)[index % edges.length]
      live.push(new URL((await issueAt(emulator.api, { key: 'f', homeRegion })).url).pathname)
    }
    const halves = [live.slice(0, live.length / 2), live.slice(live.length / 2)]
    const opening = halves.map((paths, which) => openUntilKilled(paths, edges[which] ?? '', spent))
    await pause(5 + round * 12)
    await emulator.kill()
    await Promise.all(opening)
    live = live.filter(path => !spent.has(path))
  }
  expect(spent.size).toBeGreaterThan(rounds)
  const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
  const [edge = ''] = Object.values(emulator.edges)
  for (const path of spent) expect((await ask(edge + path)).status).toBe(403)
  // A link whose redirect was lost with the process is refused; all the others were never touched.
  const statuses = await Promise.all(live.map(async path => (await ask(edge + path)).status))
  const lost = statuses.filter(status => status === 403).length
  expect(lost).toBeLessThanOrEqual(2 * rounds)
  expect(statuses.filter(status => status === 302)).toHaveLength(live.length - lost)
})

test('two emulators on the same data: the second says so and ends', async () => {
  const data = temporaryFolder()
  await emulatorProcess(['--data', data])
  await expect(emulatorProcess(['--data', data])).rejects.toThrow(
    /the tables in .* can't be opened; does another emulator use them\?/,
  )
})
