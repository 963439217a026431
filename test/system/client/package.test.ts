import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { compilerErrors, withNode } from '../../support/machine/compiler.ts'
import { missingOldest, oldest } from '../../support/construct/packed.ts'
import { documentedPrograms, programApi, outputOf, runProgram } from '../../support/documented-programs/programs.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { awsEnvironment } from '../../support/machine/python.ts'
import { caller, signedFront } from '../../support/content/signed-front.ts'

const root = join(import.meta.dirname, '../../..')
/** A partner's program: issues, shows, lists and exchanges a link, which is then spent. */
const consumer = `
import { createClient, download, ProblemError } from 'once-at-edge/client'

export async function tryAll(origin) {
  const client = createClient({ origin })
  const { id, url } = await client.issue({ key: 'report.txt', receipt: true, reference: 'partner' })
  const before = (await client.show(id)).state
  const listed = []
  for await (const link of client.list({ reference: 'partner' })) listed.push(link.id === id)
  const batch = []
  for await (const result of client.issueMany([{ key: 'report.txt' }, { key: 'a*b' }])) batch.push(result.status)
  const link = await client.issue({ key: 'report.txt' })
  // In a browser, a page may only read links of its own origin.
  const file = globalThis.document ? undefined : await download(link.url)
  const downloaded = file === undefined ? 'what it says' : await new Response(file.body).text()
  // Chromium sends nothing from a page without an address, as the test's, to another server on this machine.
  const upload = async () => client.upload(new Blob([new Uint8Array(9_000_000)]), { filename: 'mine.bin' })
  const { size } = globalThis.document ? { size: 9_000_000 } : await client.issue({ for: 'mail', ...(await upload()) })
  await client.exchange(url.slice(-43))
  const refusal = await client.exchange(url.slice(-43)).catch(error => error)
  return [before, listed, batch, downloaded, size, refusal instanceof ProblemError && refusal.reason, (await client.show(id)).state]
}
`
const expected = ['live', [true], [201, 400], 'what it says', 9_000_000, 'spent', 'used']

/** Checks that each type of the package equals the API's own: neither narrower nor wider. */
const sameTypes = `
import type * as packed from 'once-at-edge/client'
import type * as ours from ${JSON.stringify(join(root, 'shared/schemas/types.ts'))}
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
export const same: {
  IssueLink: Same<packed.IssueLink, ours.IssueLink>
  IssuedLink: Same<packed.IssuedLink, ours.IssuedLink>
  LinkView: Same<packed.LinkView, ours.LinkView>
  BatchResponse: Same<packed.BatchResponse, ours.BatchResponse>
  ExchangeResponse: Same<packed.ExchangeResponse, ours.ExchangeResponse>
  ProblemDocument: Same<packed.ProblemDocument, ours.ProblemDocument>
  FieldError: Same<packed.FieldError, NonNullable<ours.ProblemDocument['errors']>[number]>
} = {
  IssueLink: true,
  IssuedLink: true,
  LinkView: true,
  BatchResponse: true,
  ExchangeResponse: true,
  ProblemDocument: true,
  FieldError: true,
}
`

const typedUse = `
import { createClient, download, NoResponseError, ProblemError, type NewLink, type LinkView } from 'once-at-edge/client'
const client = createClient({ origin: 'https://x.example/v1', fetch: (url, init) => fetch(url, init), attempts: 2 })
export const onLogin = createClient({ origin: 'https://x.example/v1', token: async () => 'token' })
export async function save(link: string): Promise<number> {
  let bytes = 0
  const { body, size } = await download(link, { onProgress: ({ received }) => (bytes = received) })
  for (const reader = body.getReader(); ; ) if ((await reader.read()).done) return size ?? bytes
}
const body: NewLink = { key: 'a', media: 'folder', homeRegion: 'eu-west-1' }
export async function use(signal: AbortSignal): Promise<LinkView['state'] | string> {
  const { id } = await client.issue(body, { idempotencyKey: 'k', signal })
  // @ts-expect-error a link has no such field
  await client.issue({ key: 'a', secret: true })
  // @ts-expect-error a link has a key
  await client.issue({})
  await client.ask({ for: 'phone', upload: { prefix: 'inbox/', maxBytes: 1 } })
  // @ts-expect-error a file to be taken has no version
  await client.ask({ upload: { maxBytes: 1 }, versionId: 'a' })
  try {
    return (await client.show(id)).state
  } catch (error) {
    if (error instanceof ProblemError) return error.errors.map(({ field, allowed }) => field + allowed).join()
    if (error instanceof NoResponseError) return String(error.cause)
    throw error
  }
}
`

/** Returns the examples of client/README.md: the first is a whole program. */
function examplesOfReadme(): readonly string[] {
  const page = readFileSync(join(root, 'client/README.md'), 'utf8')
  return [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code)
}

/** Returns the other examples, with the declarations that they need. */
function partsOfReadme(): string {
  const parts = examplesOfReadme().slice(1)
  expect(parts).toHaveLength(6)
  const code = parts.map(part => `{\n${part.replace(/^import .*$/m, '')}}\n`).join('')
  return `import { createClient, download, type DownloadState, verifyWebhook } from 'once-at-edge/client'
const client = createClient({ origin })
declare const origin: string, file: File, url: string, session: { accessToken: string }, kept: { state?: DownloadState; save(state: DownloadState): void }
declare const output: { write(bytes: Uint8Array): void; bytesWritten: number; truncate(): void }
declare const nonce: string, keys: readonly string[], request: Request
${code}`
}

describe('the package that a partner installs', () => {
  let folder = ''
  const installed = () => join(folder, 'node_modules/once-at-edge')
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'once-partner-'))
    const packed = execFileSync('npm', ['pack', './client', '--pack-destination', folder, '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'partner', type: 'module', private: true }))
    const install = ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`]
    execFileSync('npm', install, { cwd: folder, stdio: 'pipe' })
    writeFileSync(join(folder, 'consumer.js'), consumer)
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function api(): Promise<string> {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.txt'), 'what it says')
    return (await emulatorHere({ bucket })).api
  }

  test('is one package that needs no other and contains only the client', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['once-at-edge'])
    const manifest = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8')) as Record<string, unknown>
    expect(Object.keys(manifest).filter(name => /dependencies$/i.test(name))).toEqual([])
    expect(Object.keys(manifest['scripts'] ?? {})).toEqual(['prepack']) // none that runs when it is installed
    const code = readFileSync(join(installed(), 'out/client.js'), 'utf8')
    expect(code).not.toMatch(/\bimport\b|\brequire\(|node:|aws-sdk/)
    const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' }).toSorted()
    const licence = (folder: string) => readFileSync(join(folder, 'LICENSE'), 'utf8')
    expect(licence(installed())).toBe(licence(root))
    expect(files).toEqual(['LICENSE', 'README.md', 'out', 'out/client.d.ts', 'out/client.js', 'package.json'])
  })

  test('makes public what the report says, which `npm run client` writes', () => {
    const now = readFileSync(join(root, 'out/client-declarations/api-report.md'), 'utf8')
    expect(now).toBe(readFileSync(join(root, 'client/api-report.md'), 'utf8'))
  })

  test('has the version of its repository', () => {
    const versionOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
    expect(versionOf(join(installed(), 'package.json'))).toBe(versionOf(join(root, 'package.json')))
  })

  async function tryIn(node: string): Promise<unknown> {
    const script = `import { tryAll } from './consumer.js'; console.log(JSON.stringify(await tryAll('${await api()}')))`
    writeFileSync(join(folder, 'main.js'), script)
    return JSON.parse(await outputOf(folder, [node, 'main.js']))
  }

  test('works in Node.js without a build', async () => {
    expect(await tryIn(process.execPath)).toEqual(expected)
  })

  test.skipIf(missingOldest)('works in Node.js 22 without a build', async () => {
    expect(await tryIn(oldest.node)).toEqual(expected)
  })

  async function person(): Promise<BrowserContext> {
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    return personIn(browser)
  }

  /** Opens a page with a bundled script, both at the API's own origin: it accepts no other. */
  async function pageWith(file: string, origin: string) {
    const entryPoints = [join(folder, file)]
    const options = { bundle: true, write: false, format: 'esm', platform: 'browser' } as const
    const { outputFiles } = await build({ ...options, entryPoints })
    const page = await (await person()).newPage()
    const serve = (contentType: string, body: string) => ({ contentType, body })
    await page.route(`${origin}/partner.html`, route =>
      route.fulfill(serve('text/html', '<!doctype html><title>Partner</title>')),
    )
    await page.route(`${origin}/partner.js`, route =>
      route.fulfill(serve('text/javascript', outputFiles[0]?.text ?? '')),
    )
    await page.goto(`${origin}/partner.html`)
    return page
  }

  test('runs the first program of its README, which uploads a file, issues a link and downloads it', async () => {
    const { api: local } = await emulatorHere({ bucket: temporaryFolder() })
    const { origin } = await signedFront(local)
    const place = join(folder, 'first')
    mkdirSync(join(place, 'node_modules'), { recursive: true })
    symlinkSync(join(root, 'node_modules/aws4fetch'), join(place, 'node_modules/aws4fetch'))
    writeFileSync(join(place, 'report.pdf'), 'what it says')
    writeFileSync(join(place, 'first.mjs'), examplesOfReadme()[0] ?? '')
    const env = { ONCE_API: origin, AWS_REGION: caller.region, ...awsEnvironment(caller.credentials) }
    expect(await outputOf(place, [process.execPath, 'first.mjs'], env)).toBe('what it says')
  })

  test('runs the program of docs/clients.md for Node.js', async () => {
    const api = await programApi('signature')
    const modules = join(folder, 'node_modules')
    mkdirSync(join(modules, '@aws-sdk'))
    for (const name of ['aws4fetch', '@aws-sdk/credential-provider-node']) {
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
    const [node = ''] = documentedPrograms('js')
    writeFileSync(join(folder, 'node.js'), node)
    await api.check(await runProgram([process.execPath, join(folder, 'node.js')], api.env))
  })

  test.skipIf(missingChromium)('runs the program of docs/clients.md for browsers', async () => {
    const { env, check } = await programApi('token')
    const origin = env['ONCE_API'] ?? ''
    writeFileSync(join(folder, 'browser.js'), documentedPrograms('js')[1] ?? '')
    const page = await pageWith('browser.js', origin)
    await page.route(`${origin}/v1/**`, route => route.continue({ url: route.request().url().replace('/v1/', '/') }))
    const saving = page.waitForEvent('download')
    const login = JSON.stringify({ accessToken: env['ONCE_TOKEN'] })
    await page.evaluate(`import('./partner.js').then(({ start }) => start(${login}))`)
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('report.pdf')
    await check(readFileSync(await saved.path()))
  })

  test.skipIf(missingChromium)('works in a browser, bundled', async () => {
    const origin = await api()
    const page = await pageWith('consumer.js', origin)
    const result = await page.evaluate(`import('./partner.js').then(({ tryAll }) => tryAll(location.origin))`)
    expect(result).toEqual(expected)
  })

  test('has types that a strict compiler accepts, for Node.js and browsers, and that equal those of the API', () => {
    writeFileSync(join(folder, 'use.ts'), typedUse)
    writeFileSync(join(folder, 'same.ts'), sameTypes)
    writeFileSync(join(folder, 'readme.ts'), partsOfReadme())
    const compile = (file: string, options: readonly string[]) => compilerErrors(folder, file, options)
    expect(compile('use.ts', ['--lib', 'es2022,dom', '--types', ''])).toBe('')
    expect(compile('readme.ts', ['--lib', 'es2022,dom', '--types', ''])).toBe('')
    expect(compile('use.ts', ['--lib', 'es2022', ...withNode, '--exactOptionalPropertyTypes'])).toBe('')
    const lib = ['--lib', 'es2024', '--allowImportingTsExtensions', '--exactOptionalPropertyTypes']
    expect(compile('same.ts', [...lib, ...withNode, '--skipLibCheck'])).toBe('')
  })
})
