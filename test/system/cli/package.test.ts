import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../../cli/run.ts'
import { type PackedCli, packCli } from '../../support/cli/packed.ts'
import { missingOldest, oldest } from '../../support/construct/packed.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { caller, signedFront } from '../../support/content/signed-front.ts'

const root = join(import.meta.dirname, '../../..')
const ofLinks = ['issue', 'ask', 'status', 'list', 'revoke', 'replace', 'redeem', 'console']
const credentials = {
  AWS_ACCESS_KEY_ID: caller.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: caller.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: caller.credentials.sessionToken,
}

/** Starts an emulator with an object, and in front of it an API that requires signatures. */
async function apiHere() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  return { local: api, ...(await signedFront(api)) }
}

describe('the package with the commands on links, in an empty folder', () => {
  let packed: PackedCli
  const once: PackedCli['once'] = (...call) => packed.once(...call)
  beforeAll(() => void (packed = packCli()), 120_000)
  afterAll(() => rmSync(packed.folder, { recursive: true, force: true }))
  const installed = (name: string) => join(packed.folder, 'node_modules/once-at-edge-cli', name)

  test('needs no other package, and contains nothing that deploys', () => {
    const modules = readdirSync(join(packed.folder, 'node_modules')).filter(name => !name.startsWith('.'))
    expect(modules).toEqual(['once-at-edge-cli'])
    const manifest = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as object
    expect(Object.keys(manifest).filter(name => /dependencies$/i.test(name))).toEqual([])
    expect(readFileSync(installed('LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
    const files = readdirSync(installed('out')).filter(name => name.endsWith('.js'))
    const code = files.map(name => readFileSync(installed(`out/${name}`), 'utf8')).join('\n')
    expect(code).not.toMatch(/aws-cdk|infra\/deployment|client-cloudformation/)
  })

  test('its help has the commands on links, and it says where the others are', async () => {
    const { said } = await once(['--help'])
    expect([...said.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name)).toEqual(ofLinks)
    for (const name of ofLinks) expect((await once([name, '--help'])).said).not.toMatch(/-c NAME|infra\//)
    for (const { name } of commands.filter(each => !ofLinks.includes(each.name))) {
      const { code, noted } = await once([name])
      expect({ code, noted }).toEqual({ code: 2, noted: expect.stringMatching(`"${name}": .* in a clone`) as string })
    }
  })

  test('uploads, issues, shows, lists, redeems and revokes with the emulator of npm start', async () => {
    const { local } = await apiHere()
    const folder = temporaryFolder()
    const at = [`--local=${local}`]
    writeFileSync(join(folder, 'a.txt'), 'of mine')
    const file = (await once(['issue', 'a.txt', ...at], {}, folder)).said
    rmSync(join(folder, 'a.txt'))
    expect(await once(['redeem', file], {}, folder)).toMatchObject({ code: 0, said: 'a.txt' })
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('of mine')
    expect(await once(['redeem', file], {}, folder)).toMatchObject({ code: 3 })
    const { said } = await once(['issue', '--key', 'report.txt', '--json', ...at])
    const { id } = JSON.parse(said) as { id: string }
    expect((await once(['status', id, ...at])).said).toMatch(/^state +live$/m)
    expect((await once(['revoke', id, ...at])).said).toBe(`revoked ${id}`)
    expect((await once(['list', ...at])).said).toMatch(new RegExp(`^${id} +revoked`, 'm'))
  })

  test.skipIf(missingOldest)('works in Node.js 22', async () => {
    const { local } = await apiHere()
    const issue = ['issue', '--plain', '--key', 'report.txt', `--local=${local}`]
    const old = { PATH: dirname(oldest.node) }
    const { code, said } = await once(issue, old)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/\/d\/[\w-]{43}$/) as string })
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'people.csv'), 'reference\nAnn\n')
    expect(await once([...issue, '--to', 'people.csv'], old, folder)).toMatchObject({
      code: 0,
      said: 'people.links.csv',
    })
  })

  test('in an older Node.js says which one it needs, whatever the command', async () => {
    const found = `{ value: { ...process.versions, node: '20.19.0' } }`
    const old = `--import="data:text/javascript,Object.defineProperty(process, 'versions', ${found})"`
    const noted = expect.stringMatching(/^once needs Node\.js >=22\.13 and found 20\.19\.0: /) as string
    expect(await once(['list'], { NODE_OPTIONS: old })).toEqual({ code: 2, said: '', noted })
  })

  test('finds an API by --api before ONCE_API, and that before once.json', async () => {
    const { origin, seen } = await apiHere()
    const nowhere = 'http://127.0.0.1:1'
    const ways = [
      { args: ['--api', origin, '--region', caller.region], variable: nowhere, file: { api: nowhere } },
      { args: ['--region', caller.region], variable: origin, file: { api: nowhere } },
      { args: [], variable: '', file: { api: origin, region: caller.region } },
    ]
    for (const { args, variable, file } of ways) {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'once.json'), JSON.stringify(file))
      const env = { ...credentials, ONCE_API: variable }
      expect(await once(['issue', '--key', 'report.txt', ...args], env, folder)).toMatchObject({ code: 0 })
    }
    expect(seen.map(({ right }) => right)).toEqual([true, true, true])
    expect(await once(['list'])).toMatchObject({ code: 2, noted: expect.stringContaining('ONCE_API') as string })
  })

  test('once console serves its page and calls the API until it is interrupted', async () => {
    const { origin: api, seen } = await apiHere()
    const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
    const sts = await serveHere((_, response) => void response.setHeader('content-type', 'text/xml').end(identity))
    const args = ['--api', api, '--region', caller.region]
    const env = { ...credentials, AWS_ENDPOINT_URL: sts.origin }
    const { origin, file, headers, end } = await packed.console(args, env)
    const files = (await ask(`${origin}/`)).body.matchAll(/"(\/console\/page-[0-9a-f]{16}\.(css|js))"/g)
    const sent = await Promise.all(
      [...files].map(async ([, path = '', type]) => [type, (await ask(origin + path)).status]),
    )
    expect(Object.fromEntries(sent)).toEqual({ css: 200, js: 200 })
    expect(JSON.parse((await ask(`${origin}/console/setup`, { headers })).body)).toMatchObject({ api: '' })
    const issued = await ask(`${origin}/links`, { method: 'POST', headers, body: '{"key":"report.txt"}' })
    expect([issued.status, seen.at(-1)]).toEqual([200, { line: 'POST /v1/links', right: true }])
    expect(await end()).toEqual([null, 'SIGINT'])
    expect(existsSync(file)).toBe(false)
  })
})
