import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

let folder = ''
afterEach(() => rmSync(folder, { recursive: true }))

/** Makes a copy of the app in which infra/deployment.ts has this text; the rest are links to what is here. */
function copyWith(deployment: string): string {
  folder = mkdtempSync(join(tmpdir(), 'once-environments-'))
  for (const name of readdirSync(root).filter(each => each !== 'infra' && each !== 'out')) {
    symlinkSync(join(root, name), join(folder, name))
  }
  cpSync(join(root, 'infra'), join(folder, 'infra'), { recursive: true })
  writeFileSync(join(folder, 'infra/deployment.ts'), deployment)
  return folder
}

test('cdk -c environment=NAME synthesises the stacks of that environment, for its account', () => {
  const copy = copyWith(`
import { starter } from './app/profiles.ts'
export const deployment = { ...starter }
export const environments = { staging: { ...starter, name: 'once-st', account: '111122223333' } }`)
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: object }
  const output = join(copy, 'assembly')
  const synthesise = (chosen: object) =>
    execFileSync(process.execPath, ['infra/app/app.ts'], {
      cwd: copy,
      stdio: 'pipe',
      env: { ...process.env, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...chosen }) },
    })
  synthesise({ environment: 'staging' })
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; environment: string }>
  }
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack')
  expect(stacks.map(([name, { environment }]) => [name, environment])).toEqual([
    ['once-st-us-east-1', 'aws://111122223333/us-east-1'],
  ])
})
