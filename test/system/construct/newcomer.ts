import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { follow, readmeSteps } from '../../support/construct/newcomer.ts'
import type { Packed } from '../../support/construct/packed.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { account, keepLog, type MiniStack, startMiniStack } from '../../support/ministack/ministack.ts'
import { missingPython } from '../../support/python.ts'

const missing = missingPython ?? (spawnSync('curl', ['--version']).status === 0 ? undefined : 'there is no curl')
if (missing !== undefined) console.warn(`\nSKIPPED: the README of the construct on MiniStack, because ${missing}\n`)

const file = 'what the report says'
const shortWaits = join(import.meta.dirname, '../../support/ministack/short-waits.ts')

/** Describes what someone gets who follows the README with the packed construct. Part of package.test.ts, because packing takes seconds. */
export function describeNewcomer(packed: () => Packed): void {
  describe.skipIf(missing !== undefined)('a newcomer with the README of the package', () => {
    let ministack: MiniStack
    let front: Front
    const folder = mkdtempSync(join(tmpdir(), 'once-newcomer-'))
    beforeAll(async () => {
      ministack = await startMiniStack()
      const { endpoint, clock } = ministack
      front = await startFront({ endpoint, account, now: clock.now })
      const s3 = new S3Client({
        endpoint,
        forcePathStyle: true,
        region: 'us-east-1',
        credentials: { accessKeyId: account, secretAccessKey: 'test' },
      })
      await s3.send(new CreateBucketCommand({ Bucket: 'my-files' }))
      await s3.send(new PutObjectCommand({ Bucket: 'my-files', Key: 'report.pdf', Body: file }))
    }, 240_000)
    afterAll(async () => {
      await front?.close()
      await ministack?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    test('comes from an empty folder to a link that works once, to a file in a bucket that was there before', async () => {
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(ministack, 'newcomer')}`))
      const steps = readmeSteps()
      expect(steps.map(({ kind, name }) => (kind === 'file' ? name : kind))).toEqual([
        'commands',
        'app.ts',
        'cdk.json',
        'commands',
        'commands',
        'commands',
      ])
      const place = { folder, tarball: packed().tarball, endpoint: ministack.endpoint, front: front.origin }
      const { printed, seconds } = await follow(steps, {
        ...place,
        env: { ...ministack.env, NODE_OPTIONS: `--import ${shortWaits}` },
      })
      expect(printed).toMatch(/^200\n403$/m)
      expect(readFileSync(join(folder, 'downloads/report.pdf'), 'utf8')).toBe(file)
      process.stdout.write(`seconds of the README's steps: ${seconds.map(each => each.toFixed(1)).join(', ')}\n`)
    }, 300_000)
  })
}
