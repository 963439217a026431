import { join } from 'node:path'
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import type { Finding } from '../../../cli/deployment/doctor/check.ts'
import { writeFunctions } from '../../../construct/build.ts'
import { deployAll } from '../../support/construct/cdk.ts'
import { apiOf, outputsOf, visit } from '../../support/construct/deployed.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingPython } from '../../support/python.ts'

const app = join(import.meta.dirname, '../../support/construct/company-app.ts')
const region = 'us-east-1'
const Bucket = 'company-files'
const file = 'reports/2026.txt'
const text = 'the figures of the year\n'

/** Longest hook or test, in milliseconds: a deployment, most of which is synthesis. */
const maxMs = 300_000

describe.skipIf(missingPython !== undefined)(
  'all that a company has already, in one deployment by plain cdk deploy',
  { timeout: maxMs },
  () => {
    let operator: Operator
    let front: Front
    let s3: S3Client
    const closing = new AbortController()

    beforeAll(async () => {
      operator = await startOperator({
        startFront: () => Promise.resolve({ origin: front.origin, close: async () => {} }),
      })
      const { endpoint, clock } = operator.ministack
      const folder = join(operator.ministack.folder, 'operator')
      const functions = join(folder, 'functions')
      s3 = new S3Client({ endpoint, region, forcePathStyle: true })
      front = await startFront({ endpoint, account, now: clock.now })
      await Promise.all([operator.bootstrap(region), writeFunctions(functions), createBucket(s3)])
      await deployAll({ app, functions, cwd: folder, signal: closing.signal })
    }, maxMs)
    afterAll(async () => {
      closing.abort()
      await front?.close()
      await operator?.close()
    })

    /** Returns the findings of the doctor, of the deployment that the stack describes. */
    async function diagnose(): Promise<readonly Finding[]> {
      const { said } = await operator.once('doctor', '--json', '--stack', 'downloads', '--region', region)
      return (JSON.parse(said) as { findings: Finding[] }).findings
    }
    const of = (findings: readonly Finding[], check: string) => findings.filter(finding => finding.check === check)

    test('the doctor finds the deployment, and that the policy of the bucket lacks the statement', async () => {
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'existing')}`))
      const findings = await diagnose()
      expect(of(findings, 'content-bucket')).toMatchObject([
        { verdict: 'fail', found: expect.stringMatching(/company-files does not allow distribution/) as string },
      ])
      for (const check of [
        'stacks',
        'deployed-settings',
        'edge-version',
        'content-key',
        'web-acl',
        'access-logs',
        'api',
        'host',
        'tls',
      ]) {
        expect(of(findings, check), check).toMatchObject([{ verdict: 'ok' }])
      }
    })

    test('with the statement that the stack prints, a link works once', async () => {
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'existing')}`))
      const found = await outputsOf(operator, { name: 'downloads', region })
      const statement = Object.entries(found).find(([name]) => name.includes('BucketStatement'))?.[1] ?? ''
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: JSON.parse(statement) as unknown })
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
      expect(of(await diagnose(), 'content-bucket')).toMatchObject([{ verdict: 'ok' }])

      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: file, Body: text }))
      const link = await apiOf(operator, String(found['Api']), region).issue({ key: file })
      expect(link).toMatchObject({ pinned: true, versionId: VersionId })
      const { url } = link
      expect(new URL(url).host).toBe('files.example.com')
      const opened = await visit(front, url)
      expect(opened.status, opened.body).toBe(302)
      const target = new URL(String(opened.headers['location']), url)
      expect(await visit(front, target.href)).toMatchObject({ status: 200, body: text })
      expect((await visit(front, url)).status).toBe(403)
    })
  },
)

/** Creates the bucket of the files: private and versioned, in no stack. */
async function createBucket(s3: S3Client): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: all }))
}
