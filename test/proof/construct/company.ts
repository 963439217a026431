import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CreatePolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { type Client, createClient } from '../../../client/client.ts'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import type { Finding } from '../../../cli/deployment/doctor/check.ts'
import { runCdk } from '../../support/infra/cdk-command.ts'
import { follow, stepsIn } from '../../support/construct/newcomer.ts'
import type { Packed } from '../../support/construct/packed.ts'
import { ask } from '../../support/machine/http.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { differences, type Inventory, takeInventory } from '../../support/ministack/inventory.ts'
import { visit } from '../../support/ministack/life/deployed.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingPython } from '../../support/machine/python.ts'
import { testProvider } from '../../support/api/tokens.ts'

const root = join(import.meta.dirname, '../../..')
const tools = join(dirname(createRequire(import.meta.url).resolve('#tools')), 'node_modules')
const missing =
  missingPython ?? (existsSync(join(tools, 'jest')) ? undefined : 'there is no Jest (npm ci --prefix tools)')
if (missing !== undefined) console.warn(`\nSKIPPED: a company's app on MiniStack, because ${missing}\n`)

const region = 'eu-central-1'
const roleOfLogs = [expect.stringMatching(/^role Acme-\w+CloudWatchRole/) as string]
const file = 'reports/2026.txt'
const text = 'the figures of the year\n'
const forged = [new Blob(['a forged report']), { key: file, replace: true }] as const
const provider = testProvider()
const auth = { issuer: provider.issuer, audience: provider.audience, jwks: provider.keys() }

/** Longest hook or test, in milliseconds: some deployments, most of which is synthesis. */
const maxMs = 300_000

/** A header of all responses of the edge, which the changed edge spells in another way. */
const robots = 'noindex'
const changedRobots = 'noindex, nofollow'

/** Lets a company's app take in the construct that is packed, and lose it again. */
export function tryInCompany(packedNow: () => Packed): void {
  describe.skipIf(missing !== undefined)("a company's app, with the packed construct", { timeout: maxMs }, () => {
    let operator: Operator
    let front: Front
    let folder: string
    let before: Inventory
    let later: string
    const closing = new AbortController()

    beforeAll(async () => {
      operator = await startOperator({ startFront: async () => ({ origin: front.origin, close: async () => {} }) })
      const { endpoint, clock, folder: home } = operator.ministack
      front = await startFront({ endpoint, account, now: clock.now })
      folder = join(home, 'acme')
      createApp(folder, packedNow().installed)
      const places = [region, 'us-east-1'].map(each => `aws://${account}/${each}`)
      await operator.cdk('bootstrap', ...places, '--qualifier', 'acme', '--toolkit-stack-name', 'AcmeToolkit')
      const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }]
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
      await new IAMClient({ endpoint, region }).send(
        new CreatePolicyCommand({ PolicyName: 'acme-boundary', PolicyDocument }),
      )
    }, maxMs)
    afterAll(async () => {
      closing.abort()
      await front?.close()
      await operator?.close()
    })
    beforeEach(() => onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'company')}`)))

    /** Changes the app: how far it is with its links. */
    const edit = (links: string, context = {}) =>
      writeFileSync(
        join(folder, 'cdk.json'),
        JSON.stringify({ app: 'node dist/acme.js', context: { links, auth, ...context } }),
      )

    function deploy(links: string): Promise<void> {
      edit(links)
      return runCdk(['deploy', '--all', '--require-approval', 'never'], { cwd: folder, signal: closing.signal })
    }

    const inventory = () => takeInventory([region, 'us-east-1'])
    const open = (url: string) => visit(front, url)
    const outputsOfApp = async () => (await allOfAws().stacks.describe('Acme', region))?.outputs ?? {}
    const apiAt = (url: string): Client =>
      operator.ports.apis?.deployed(url.replace(/\/$/, ''), region) ?? expect.fail('the operator has APIs')

    /** Opens a link, then the file, then the link again. */
    async function openTwice(url: string, robotsTag: string): Promise<void> {
      const opened = await open(url)
      expect(opened.status, opened.body).toBe(302)
      expect(opened.headers['x-robots-tag']).toBe(robotsTag)
      const target = new URL(String(opened.headers['location']), url)
      expect(await open(target.href)).toMatchObject({ status: 200, body: text })
      expect((await open(url)).status).toBe(403)
      // Without a signature of ours, no file.
      expect((await open(new URL(`/${file}`, url).href)).status).toBe(403)
    }

    /** Returns a client of the page's API, as a member of a group: by default that which may send. */
    function memberAt(page: string, sub: string, group = 'desk'): Client {
      const { host, origin } = new URL(page)
      return createClient({
        origin: `${origin}/api`,
        token: () => provider.token({ groups: [group], sub }),
        fetch: async (url, { method = 'GET', headers, body }) => {
          const sent = { method, headers: { ...Object.fromEntries(new Headers(headers)), host }, body: body as string }
          const answer = await ask(front.origin + url.slice(origin.length), sent)
          const init = { status: answer.status, headers: answer.headers as Record<string, string> }
          return new Response(answer.status === 204 ? null : answer.body, init)
        },
      })
    }

    test('is compiled as CommonJS, and tested by the Jest of cdk init', () => {
      const run = (program: string, ...args: string[]) =>
        execFileSync(process.execPath, [join(tools, program), ...args], {
          cwd: folder,
          encoding: 'utf8',
          stdio: 'pipe',
        })
      run('typescript/bin/tsc', '-p', '.')
      run('jest/bin/jest.js')
      // It has validated the templates, which takes most of a synthesis.
      process.env['CDK_VALIDATION'] = 'false'
    })

    test('is as before after a first deployment with links that failed', async () => {
      await deploy('none')
      const s3 = new S3Client({ endpoint: operator.ministack.endpoint, region, forcePathStyle: true })
      await s3.send(new PutObjectCommand({ Bucket: 'acme-documents', Key: file, Body: text }))
      before = await inventory()
      operator.ministack.refuse({ 'AWS::ApiGateway::UsagePlan': 'a quota of the account' })
      await expect(deploy('protected')).rejects.toThrow('a quota of the account')
      operator.ministack.refuse({})
      const changed = differences(before, await inventory())
      // The support stack waits for the next attempt.
      expect(changed.filter(name => !/us-east-1|^(role|key group|public key|secret) once/.test(name))).toEqual(
        roleOfLogs,
      )
    })

    test('has links that work once, after the same command, and the doctor finds nothing wrong', async () => {
      await deploy('protected')
      const { said, code } = await operator.once('doctor', '--json', '--stack', 'Acme', '--region', region)
      const { findings } = JSON.parse(said) as { findings: Finding[] }
      const notFine = findings.filter(({ verdict }) => verdict !== 'ok')
      expect(notFine).toMatchObject([
        { check: 'access-logs', verdict: 'warn', found: expect.stringContaining('legacy access log') as string },
        { check: 'content-bucket', verdict: 'warn', found: expect.stringContaining('parts of uploads') as string },
      ])
      expect(code).toBe(0)
      const { Api = '', ...outputs } = await outputsOfApp()
      const page = Object.entries(outputs).find(([name]) => name.includes('SendPageUrl'))?.[1] ?? ''
      const shown = await open(page)
      expect([shown.status, shown.headers['content-security-policy']]).toEqual([
        200,
        expect.stringContaining(`https://acme-documents.s3.${region}.amazonaws.com`) as string,
      ])
      const [ann, ben] = [memberAt(page, 'ann'), memberAt(page, 'ben')]
      const api = apiAt(Api)
      await openTwice((await api.issue({ key: file })).url, robots)
      const s3 = new S3Client({ endpoint: operator.ministack.endpoint, region, forcePathStyle: true })
      for (const sender of [api, ann]) {
        const uploaded = await sender.upload(new Blob([text]), { filename: 'sent.txt' })
        const { id, url } = await sender.issue(uploaded)
        await expect(ben.show(id)).rejects.toMatchObject({ status: 404 })
        await openTwice(url, robots)
        const { key: Key, versionId: VersionId } = uploaded
        await s3.send(new DeleteObjectCommand({ Bucket: 'acme-documents', Key, VersionId }))
      }
      later = (await api.issue({ key: file })).url
      // Who may issue links for a file may not put another in its place.
      const clerk = memberAt(page, 'cleo', 'clerks')
      await clerk.issue({ key: file })
      await expect(clerk.upload(...forged)).rejects.toMatchObject({ status: 403, reason: 'verb-not-allowed' })
    })

    test('is as before after the commands of the page, but for what it names', async () => {
      const steps = stepsIn('docs/construct.md', 'Remove it from an app')
      const { endpoint, env } = operator.ministack
      const place = { folder, tarball: packedNow().tarball, endpoint, front: front.origin, env }
      const run = (number: number) => follow(steps.slice(number - 1, number), place)
      changeEdge(join(packedNow().installed, 'out/functions'), join(folder, 'changed'))
      const { Api = '' } = await outputsOfApp()
      // Without the page for senders, nobody asks for uploads to the bucket, and nobody may write there.
      edit('unprotected', { 'once-at-edge:functions': 'changed', auth: undefined })
      await run(1)
      await expect(apiAt(Api).upload(...forged)).rejects.toMatchObject({ status: 403 })
      expect(Object.keys(await inventory()).filter(name => name.includes('once-uploads'))).toEqual([])
      // A change of the edge function reaches the distribution in the stack of another Region, and links work on.
      await openTwice(later, changedRobots)
      edit('none')
      await run(2)
      await run(3)
      expect(steps).toHaveLength(3)
      const edgeFunction = expect.stringMatching(/^function once-edge-\w+ us-east-1$/) as string
      expect(differences(before, await inventory())).toEqual([edgeFunction, ...roleOfLogs])
    })
  })
}

/** Copies the functions, with another edge. */
function changeEdge(from: string, to: string): void {
  cpSync(from, to, { recursive: true })
  const module = join(to, 'edge/index.mjs')
  const code = readFileSync(module, 'utf8')
  const changed = code.replace(new RegExp(`(["'\`])${robots}\\1`), `$1${changedRobots}$1`)
  if (changed === code) throw new Error(`the edge has no text ${robots}`)
  writeFileSync(module, changed)
}

/** Those of `cdk init` before 2026, with compiled files apart. */
const compilerOptions = {
  outDir: 'dist',
  target: 'ES2022',
  module: 'commonjs',
  moduleResolution: 'node10',
  lib: ['es2022'],
  strict: true,
  esModuleInterop: true,
  isolatedModules: true,
  skipLibCheck: true,
  types: ['node'],
}

/** Writes the app, with what `npm install` would bring. */
function createApp(folder: string, installed: string): void {
  cpSync(join(import.meta.dirname, '../../support/construct/company'), folder, { recursive: true })
  const modules = join(folder, 'node_modules')
  for (const each of ['.bin', '@types', '@jest']) mkdirSync(join(modules, each), { recursive: true })
  const link = (from: string, ...names: readonly string[]) => {
    for (const name of names) symlinkSync(join(from, name), join(modules, name))
  }
  link(join(root, 'node_modules'), 'aws-cdk-lib', 'constructs', 'aws-cdk', '.bin/cdk', '@types/node', 'cdk-nag')
  link(tools, 'jest', 'ts-jest', 'typescript', '@jest/globals')
  link(dirname(installed), 'once-at-edge-cdk')
  // Beside it are other constructs than those of the app.
  cpSync(join(tools, 'cdk-nag-2'), join(modules, 'cdk-nag-2'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "acme", "private": true }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
}
