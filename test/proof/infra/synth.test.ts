import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { cdk } from '../../../cli/adapters/cdk.ts'
import { settingsInputWith } from '../../../cli/settings.ts'
import { assemble } from '../../../infra/app/assemble.ts'
import { costText } from '../../../infra/app/cost/report.ts'
import { regulated } from '../../../infra/app/profiles.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { Cdk } from '../../../cli/ports/cdk.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { writeEmptyFunctions } from '../../support/infra/synthesised.ts'

const root = join(import.meta.dirname, '../../..')
const [account, availabilityZones] = ['111122223333', ['us-east-1a', 'us-east-1b']]
const staging = { ...regulated, name: 'once-st', account, availabilityZones }
const canUnshare = spawnSync('unshare', ['-n', 'true']).status === 0

const never = new AbortController().signal

let output = ''
let printed = ''
let synth: Cdk['synth']

/** One run, in a copy of the app with an environment: each takes seconds. */
beforeAll(() => {
  const copy = mkdtempSync(join(tmpdir(), 'once-synth-'))
  for (const name of readdirSync(root).filter(each => each !== 'infra' && each !== 'out')) {
    symlinkSync(join(root, name), join(copy, name))
  }
  cpSync(join(root, 'infra'), join(copy, 'infra'), { recursive: true })
  writeFileSync(
    join(copy, 'infra/deployment.ts'),
    `export const deployment = { homeRegions: ['eu-west-1'] }\nexport const environments = ${JSON.stringify({ staging })}`,
  )
  output = join(copy, 'assembly')
  ;({ synth } = cdk(join(copy, 'here')))
  const offline = canUnshare ? ['unshare', '-n'] : []
  const command = [...offline, process.execPath, 'infra/app/synth-main.ts', '--output', output]
  const [program, ...args] = [...command, '-c', 'environment=staging', '-c', 'http3=true']
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`
  const env = { ...Object.fromEntries(kept), CI: 'true', HOME: '/nonexistent', PATH: path }
  printed = execFileSync(program, args, { cwd: copy, encoding: 'utf8', env, stdio: 'pipe' })
  return () => rmSync(copy, { recursive: true })
})

test.skipIf(!canUnshare)(
  'npm run synth needs no network and no credentials, and says what the deployment costs',
  () => {
    expect(printed).toContain(costText(parseSettings({ ...staging, http3: true })))
  },
)

test('with -c environment=NAME, it synthesises the stacks of that environment, for its account', () => {
  const { artifacts } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; environment: string }>
  }
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack')
  expect(stacks.map(([name, { environment }]) => [name, environment])).toEqual([
    ['once-st-us-east-1', 'aws://111122223333/us-east-1'],
    ['once-st-keys-us-east-1', 'aws://111122223333/us-east-1'],
    ['once-st-keys-us-east-2', 'aws://111122223333/us-east-2'],
    ['once-st-us-east-2', 'aws://111122223333/us-east-2'],
  ])
})

const protectionIn = (folder: string) =>
  readFileSync(join(folder, 'manifest.json'), 'utf8').includes('"terminationProtection": true')

test('a synthesis is made once for the same settings, however they are written, and each begins without protection', async () => {
  const settings = settingsInputWith(['profile=starter'])
  const first = await synth({ settings, protectedStacks: ['once-us-east-1'], signal: never })
  expect(protectionIn(first.folder)).toBe(true)
  const again = await synth({ settings: { ...settings, deletionProtection: true }, protectedStacks: [], signal: never })
  expect(again).toEqual(first)
  expect(protectionIn(first.folder)).toBe(false)
  const other = await synth({ settings: { ...settings, cacheSeconds: 30 }, protectedStacks: [], signal: never })
  expect(other.folder).not.toBe(first.folder)
  expect(other.stacks[0]?.template).not.toBe(first.stacks[0]?.template)
  const signal = AbortSignal.abort(new Error('interrupted'))
  await expect(synth({ settings, protectedStacks: [], signal })).rejects.toThrow('interrupted')
})

/** Returns the text of every template and of every list of assets in a folder, by name. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter(name => /\.(template|assets)\.json$/.test(name))
  return Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]))
}

test('once deploy synthesises, byte for byte, what cdk synth does', async () => {
  const here = await synth({ settings: { ...staging, http3: true }, protectedStacks: [], signal: never })
  expect(filesOf(here.folder)).toEqual(filesOf(output))
})

test('what is wrong is the error, and what the CDK only remarks is left to cdk deploy', () => {
  const printed = vi.spyOn(console, 'error')
  onTestFinished(() => printed.mockRestore())
  const folder = temporaryFolder()
  const settings = settingsInputWith(['profile=starter'])
  const from = (functions: string) =>
    assemble(settings, { folder: join(folder, 'assembly'), functions, validated: true })
  expect(() => from(join(folder, 'none'))).toThrow('functions-missing')
  from(writeEmptyFunctions(join(folder, 'code')))
  expect(readFileSync(join(folder, 'assembly/validation-report.json'), 'utf8')).toContain('no-alarm-receiver')
  expect(printed).not.toHaveBeenCalled()
})
