import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { emulatorProcess, type EmulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'

const rounds = 6
const linksPerRound = 60

/** Redeems links one after the other until the emulator has ended. Calls `onUsed` for each redirect. */
async function redeemUntilKilled(
  paths: readonly string[],
  edge: string,
  onUsed: (path: string) => void,
): Promise<void> {
  for (const path of paths) {
    const status = await ask(edge + path).then(
      response => response.status,
      () => undefined,
    )
    if (status === undefined) return
    if (status === 302) onUsed(path)
  }
}

/** Returns the first status other than 503, which a busy machine may get: then the link was not used, or the next answer says so. */
async function settled(url: string): Promise<number> {
  for (let retries = 0; ; retries += 1) {
    const { status } = await ask(url)
    if (status !== 503 || retries === 3) return status
  }
}

/** Issues links in all home Regions and returns their paths. */
async function issueLinks({ api, edges }: EmulatorProcess): Promise<string[]> {
  const homes = Object.keys(edges)
  const paths: string[] = []
  for (let index = 0; index < linksPerRound; index += 1) {
    const { url } = await issueAt(api, { key: 'f', homeRegion: homes[index % homes.length] })
    paths.push(new URL(url).pathname)
  }
  return paths
}

test('after the emulator was killed at any moment and restarted, used links are refused and all others work', async () => {
  const [bucket, data] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(bucket, 'f'), 'x')
  const used = new Set<string>()
  let live: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
    const edges = Object.values(emulator.edges)
    for (const path of used) expect((await ask(edges[0] + path)).status).toBe(403)
    live.push(...(await issueLinks(emulator)))
    // Each round kills it after another number of redirects, while two viewers' next requests are in flight.
    const enough = Promise.withResolvers<void>()
    const goal = used.size + 1 + 3 * round
    function onUsed(path: string): void {
      used.add(path)
      if (used.size >= goal) enough.resolve()
    }
    const halves = [live.slice(0, live.length / 2), live.slice(live.length / 2)]
    const redeeming = halves.map((paths, index) => redeemUntilKilled(paths, edges[index] ?? '', onUsed))
    await Promise.race([enough.promise, emulator.ended])
    await pause(round / 3)
    await emulator.kill()
    await Promise.all(redeeming)
    live = live.filter(path => !used.has(path))
  }
  const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
  const [edge = ''] = Object.values(emulator.edges)
  for (const path of used) expect((await ask(edge + path)).status).toBe(403)
  // A link whose redirect was lost with the process is refused; all others were never requested.
  const statuses: number[] = []
  for (let start = 0; start < live.length; start += 20) {
    const some = live.slice(start, start + 20)
    statuses.push(...(await Promise.all(some.map(path => settled(edge + path)))))
  }
  const lost = statuses.filter(status => status === 403).length
  expect(lost).toBeLessThanOrEqual(2 * rounds)
  expect(statuses.filter(status => status === 302)).toHaveLength(live.length - lost)
})

test('a second emulator on the same data ends with an error that says so', async () => {
  const data = temporaryFolder()
  await emulatorProcess(['--data', data])
  await expect(emulatorProcess(['--data', data])).rejects.toThrow(
    /can't open the tables in .*; does another emulator use them\?/,
  )
})
