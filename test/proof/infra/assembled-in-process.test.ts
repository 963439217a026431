import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { cdk } from '../../../cli/adapters/cdk.ts'
import { settingsInputWith } from '../../../cli/settings.ts'
import { assemble } from '../../../infra/app/assemble.ts'
import { runCdk } from '../../support/cdk-command.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { writeEmptyFunctions } from '../../support/infra/synthesised.ts'

const zones = 'availabilityZones=us-east-1a,us-east-1b'
const never = () => new AbortController().signal

/** Returns the text of every template and of every list of assets in a folder, by name. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter(name => /\.(template|assets)\.json$/.test(name))
  return Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]))
}

const protectionIn = (folder: string) =>
  readFileSync(join(folder, 'manifest.json'), 'utf8').includes('"terminationProtection": true')

test('once deploy synthesises, byte for byte, what cdk synth does', async () => {
  const [folder, context] = [temporaryFolder(), ['profile=regulated', zones]]
  const output = join(folder, 'child')
  const fixed = ['synth', '--quiet', '--no-validation', '--output', output]
  await runCdk([...fixed, ...context.flatMap(each => ['-c', each])], { cwd: join(import.meta.dirname, '../../..') })
  const here = await cdk(join(folder, 'here')).synth({
    settings: settingsInputWith(context),
    protectedStacks: [],
    signal: never(),
  })
  expect(filesOf(here.folder)).toEqual(filesOf(output))
})

test('a synthesis is made once for the same settings, however they are written, and each begins without protection', async () => {
  const { synth } = cdk(temporaryFolder())
  const settings = settingsInputWith(['profile=starter'])
  const first = await synth({ settings, protectedStacks: ['once-us-east-1'], signal: never() })
  expect(protectionIn(first.folder)).toBe(true)
  const again = await synth({ settings: { ...settings, unprotectedRegions: [] }, protectedStacks: [], signal: never() })
  expect(again).toEqual(first)
  expect(protectionIn(first.folder)).toBe(false)
  const other = await synth({
    settings: { ...settings, unprotectedRegions: ['us-east-1'] },
    protectedStacks: [],
    signal: never(),
  })
  expect(other.folder).not.toBe(first.folder)
  expect(other.stacks[0]?.template).not.toBe(first.stacks[0]?.template)
  const signal = AbortSignal.abort(new Error('interrupted'))
  await expect(synth({ settings, protectedStacks: [], signal })).rejects.toThrow('interrupted')
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
