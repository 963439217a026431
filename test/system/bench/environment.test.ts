import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Environment, startEnvironment } from '../../../bench/edge/environment.ts'
import { usableQuotaRoot } from '../../../bench/edge/quota.ts'
import { type EdgeContender, type Init, inits } from '../../../bench/edge/experiment.ts'
import { installedRuntimeClient } from '../../../bench/runtime-client.ts'
import { environmentOf } from '../../../bench/workbench.ts'
import { temporaryFolder } from '../../support/folder.ts'

const [root, client] = [usableQuotaRoot(), installedRuntimeClient()]
const missing = [root, client].flatMap(each => (each.kind === 'missing' ? each.missing : []))[0]

/** A function that returns its event, or fails if the event says so. */
const source = `export async function handler(event) {
  if (event.fails) throw new Error('as asked')
  return event
}`

async function started(init: Init): Promise<Environment> {
  if (root.kind === 'missing' || client.kind === 'missing') throw new Error(missing)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'index.mjs'), source)
  const contender: EdgeContender = {
    name: 'empty',
    folder,
    handler: 'index.handler',
    table: 'none',
    itemOf: () => undefined,
    eventOf: nonce => ({ nonce }),
    isGranted: response => (response as { status?: string } | undefined)?.status === '302',
  }
  const env = environmentOf({ endpoint: 'https://localhost:1', certificateFile: '' }, folder)
  const start = { contender, init, roundTrip: 20 } as const
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

    test('tells which responses are granted, and goes on after a failure', async () => {
      const environment = await started('burst')
      await environment.first(granted)
      expect(await environment.invoke({ status: '403' })).toBeUndefined()
      expect(await environment.invoke({ fails: true })).toBeUndefined()
      expect(await environment.invoke(granted)).toBeGreaterThan(0)
    })

    test('uses no CPU while it is frozen, and goes on when it is thawed', async () => {
      const environment = await started('burst')
      await environment.first(granted)
      await environment.group.freeze()
      const before = environment.group.cpuMs()
      const invoked = environment.invoke(granted)
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(environment.group.cpuMs()).toBe(before)
      environment.group.thaw()
      expect(await invoked).toBeGreaterThanOrEqual(99)
    })

    test('leaves no group, also if it ends frozen', async () => {
      const environment = await started('burst')
      await environment.first(granted)
      const folders = environment.group.procs.map(file => dirname(file))
      expect(folders.every(folder => existsSync(folder))).toBe(true)
      await environment.group.freeze()
      await environment.close()
      expect(folders.some(folder => existsSync(folder))).toBe(false)
    })

    test('that ends before its first response fails', async () => {
      const environment = await started('burst')
      environment.group.remove()
      await expect(environment.first(granted)).rejects.toThrow('the runtime of empty ended with')
    })
  },
)
