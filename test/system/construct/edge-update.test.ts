import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import type { Finding } from '../../../cli/deployment/doctor/check.ts'
import { linkPattern } from '../../../construct/add-to/path-pattern.ts'
import { writeFunctions } from '../../../construct/build.ts'
import { physicalNames } from '../../../construct/physical-names.ts'
import { deployAll } from '../../support/construct/cdk.ts'
import { apiOf, outputsOf, visit } from '../../support/construct/deployed.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { controlPlaneAt } from '../../support/ministack/front/wiring.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingPython } from '../../support/python.ts'

const app = join(import.meta.dirname, '../../support/construct/site-app.ts')
const region = 'eu-west-1'
const file = 'reports/2026.txt'
const text = 'the figures of the year\n'

/** Longest hook or test, in milliseconds: two deployments, most of which is synthesis. */
const maxMs = 300_000

/** A header of all responses of the edge, which the changed edge spells in another way. */
const before = 'noindex'
const after = 'noindex, nofollow'

describe.skipIf(missingPython !== undefined)(
  "a site's stack of another Region, by plain cdk deploy",
  { timeout: maxMs },
  () => {
    let operator: Operator
    let front: Front
    let folder: string
    const closing = new AbortController()
    const deploy = (functions: string) =>
      deployAll({ app, functions: join(folder, functions), cwd: folder, signal: closing.signal })

    beforeAll(async () => {
      operator = await startOperator({ startFront: async () => ({ origin: front.origin, close: async () => {} }) })
      const { endpoint, clock } = operator.ministack
      folder = join(operator.ministack.folder, 'operator')
      front = await startFront({ endpoint, account, now: clock.now })
      await Promise.all([operator.bootstrap('us-east-1', region), writeFunctions(join(folder, 'functions'))])
    }, maxMs)
    afterAll(async () => {
      closing.abort()
      await front?.close()
      await operator?.close()
    })

    test('links of it work once', async () => {
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'edge-update')}`))
      await deploy('functions')
      const { Api = '' } = await outputsOf(operator, { name: 'site', region })
      await put(operator)
      const { url } = await apiOf(operator, Api, region).issue({ key: file })
      const opened = await visit(front, url)
      expect(opened.status, opened.body).toBe(302)
      expect(opened.headers['x-robots-tag']).toBe(before)
      const target = new URL(String(opened.headers['location']), url)
      expect(await visit(front, target.href)).toMatchObject({ status: 200, body: text })
      expect((await visit(front, url)).status).toBe(403)
      // Without a signature of ours, no file.
      expect((await visit(front, new URL(`/${file}`, url).href)).status).toBe(403)
    })

    test('the doctor finds nothing wrong with it', async () => {
      const { said } = await operator.once('doctor', '--json', '--stack', 'site', '--region', region)
      const { findings } = JSON.parse(said) as { findings: Finding[] }
      for (const check of [
        'deployed-settings',
        'added-behaviours',
        'edge-version',
        'key-group',
        'answers',
        'content-bucket',
      ]) {
        expect(findings.filter(each => each.check === check)).toMatchObject([{ verdict: 'ok' }])
      }
    })

    test('a change of the edge function reaches the distribution, and a link issued before still works', async () => {
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'edge-update')}`))
      const { Api = '' } = await outputsOf(operator, { name: 'site', region })
      const { url } = await apiOf(operator, Api, region).issue({ key: file })
      const { host } = new URL(url)
      const former = await edgeVersion(operator, host)
      changeEdge(join(folder, 'functions'), join(folder, 'changed'))
      await deploy('changed')
      expect(await edgeVersion(operator, host)).not.toBe(former)
      const opened = await visit(front, url)
      expect(opened.status, opened.body).toBe(302)
      expect(opened.headers['x-robots-tag']).toBe(after)
    })
  },
)

/** Copies the functions, with another edge. */
function changeEdge(from: string, to: string): void {
  cpSync(from, to, { recursive: true })
  const module = join(to, 'edge/index.mjs')
  const code = readFileSync(module, 'utf8')
  const changed = code.replace(new RegExp(`(["'\`])${before}\\1`), `$1${after}$1`)
  if (changed === code) throw new Error(`the edge has no text ${before}`)
  writeFileSync(module, changed)
}

/** Returns the ARN of the version that responds to links. */
async function edgeVersion({ ministack }: Operator, host: string): Promise<string | undefined> {
  const distribution = await controlPlaneAt({ endpoint: ministack.endpoint, account }).distribution(host)
  const links = distribution?.config.CacheBehaviors?.Items?.find(({ PathPattern }) => PathPattern === linkPattern)
  return links?.LambdaFunctionAssociations?.Items?.[0]?.LambdaFunctionARN
}

async function put({ ministack: { endpoint } }: Operator): Promise<void> {
  const Bucket = physicalNames('once', account).contentBucket(region)
  const s3 = new S3Client({ endpoint, region, forcePathStyle: true })
  await s3.send(new PutObjectCommand({ Bucket, Key: file, Body: text, ContentType: 'text/plain' }))
}
