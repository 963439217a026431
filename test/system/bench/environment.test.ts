import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Environment, startEnvironment } from '../../../bench/edge/environment.ts'
import { usableQuotaRoot } from '../../../bench/edge/quota.ts'
import { type Init, inits } from '../../../bench/edge/experiment.ts'
import { installedRuntimeClient } from '../../../bench/runtime-client.ts'
import { environmentOf } from '../../../bench/workbench.ts'
import { temporaryFolder } from '../../support/folder.ts'

const [root, client] = [usableQuotaRoot(), installedRuntimeClient()]
const missing = [root, client].flatMap(each => (each.kind === 'missing' ? each.missing : []))[0]

/** A function that returns its event. */
const source = `export async function handler(event) {
  return event
}`

async function started(init: Init): Promise<Environment> {
  if (root.kind === 'missing' || client.kind === 'missing') throw new Error(missing)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'index.mjs'), source)
  const env = environmentOf({ endpoint: 'https://localhost:1', certificateFile: '' }, folder)
  const start = { contender: { name: 'empty', folder }, init } as const
  const environment = await startEnvironment(start, { client: client.file, root, env })
  onTestFinished(() => environment.close())
  return environment
}

const granted = { status: '302' }

describe.skipIf(missing !== undefined)(
  `an environment at the edge's size${missing === undefined ? '' : `: ${missing}`}`,
  { timeout: 60_000 },
  () => {
    test.each(inits)('measures the first response and its parts: %s', async init => {
      const environment = await started(init)
      const first = await environment.first(granted)
      expect(first.totalMs).toBeGreaterThanOrEqual(first.initMs + first.afterInitMs - 1)
      expect(first.initCpuMs).toBeGreaterThan(0)
      expect(first.cpuMs).toBeGreaterThan(first.initCpuMs)
      expect(first.peakMb).toBeGreaterThan(20)
    })

    test('leaves no group', async () => {
      const environment = await started('burst')
      await environment.first(granted)
      const folders = environment.group.procs.map(file => dirname(file))
      expect(folders.every(folder => existsSync(folder))).toBe(true)
      await environment.close()
      expect(folders.some(folder => existsSync(folder))).toBe(false)
    })

    test('whose first response is no redirect fails', async () => {
      const environment = await started('burst')
      await expect(environment.first({ status: '403' })).rejects.toThrow('must be a 302')
    })

    test('that ends before its first response fails', async () => {
      const environment = await started('burst')
      environment.group.remove()
      await expect(environment.first(granted)).rejects.toThrow('the runtime of empty ended with')
    })
  },
)
