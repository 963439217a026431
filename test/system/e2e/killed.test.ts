import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { emulatorProcess, type EmulatorProcess } from '../../support/emulator-process.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'

const rounds = 10
const linksARound = 60

/** Opens links one after the other until the emulator is gone; notes those that redirected and tells of each. */
async function openUntilKilled(paths: readonly string[], edge: string, onSpent: (path: string) => void): Promise<void> {
  for (const path of paths) {
    const status = await ask(edge + path).then(
      answer => answer.status,
      () => undefined,
    )
    if (status === undefined) return
    if (status === 302) onSpent(path)
  }
}

/** Issues links at all homes and gives their paths. */
async function issueSome({ api, edges }: EmulatorProcess): Promise<string[]> {
  const homes = Object.keys(edges)
  const paths: string[] = []
  for (let index = 0; index < linksARound; index += 1) {
    const { url } = await issueAt(api, { key: 'f', homeRegion: homes[index % homes.length] })
    paths.push(new URL(url).pathname)
  }
  return paths
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
    live.push(...(await issueSome(emulator)))
    // Killed after another number of redirects each round, while two viewers are in the middle of their next.
    const enough = Promise.withResolvers<void>()
    const goal = spent.size + 1 + 3 * round
    function onSpent(path: string): void {
      spent.add(path)
      if (spent.size >= goal) enough.resolve()
    }
    const halves = [live.slice(0, live.length / 2), live.slice(live.length / 2)]
    const opening = halves.map((paths, which) => openUntilKilled(paths, edges[which] ?? '', onSpent))
    await Promise.race([enough.promise, emulator.ended])
    await pause(round / 3)
    await emulator.kill()
    await Promise.all(opening)
    live = live.filter(path => !spent.has(path))
  }
  const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
  const [edge = ''] = Object.values(emulator.edges)
  for (const path of spent) expect((await ask(edge + path)).status).toBe(403)
  // A link whose redirect was lost with the process is refused; all the others were never touched.
  const statuses: number[] = []
  for (let start = 0; start < live.length; start += 20) {
    const some = live.slice(start, start + 20)
    statuses.push(...(await Promise.all(some.map(async path => (await ask(edge + path)).status))))
  }
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
