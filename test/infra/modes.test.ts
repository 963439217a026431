import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import type { App, IPolicyValidationPlugin } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, onTestFinished, test } from 'vitest'
import { acknowledged } from './control-tower.ts'
import { strongRegions, synthesise } from './synthesised.ts'

const modes = {
  home: { homeRegions: ['eu-west-1', 'us-east-1'] },
  strong: { mode: 'strong', homeRegions: strongRegions },
}
const networks = { public: {}, private: { network: 'private' } }
const signers = { secret: {}, kms: { signer: 'kms' } }
const zone = { domainName: 'files.example.com', hostedZoneId: 'Z0123', hostedZoneName: 'example.com' }
const domains = { 'no domain': {}, domain: zone }

const all = Object.entries(modes).flatMap(([mode, a]) =>
  Object.entries(networks).flatMap(([network, b]) =>
    Object.entries(signers).flatMap(([signer, c]) =>
      Object.entries(domains).map(
        ([domain, d]) => [[mode, network, signer, domain].join(', '), { ...a, ...b, ...c, ...d }] as const,
      ),
    ),
  ),
)

const nag = (app: App) => new AwsSolutionsChecks(app) as IPolicyValidationPlugin

const cfnGuard = join(import.meta.dirname, '../../node_modules/@cdklabs/cdk-validator-cfnguard')

/** The rules of Control Tower that templates break, as cfn-guard finds them. Regions with nothing but an edge are alike. */
function brokenRules(folder: string): ReadonlySet<string> {
  const system = platform() === 'darwin' ? 'macos' : 'ubuntu'
  const binary = join(cfnGuard, 'bin', system, arch() === 'arm64' ? 'aarch64' : 'x86_64', 'cfn-guard')
  const rules = join(cfnGuard, 'rules/control-tower/cfn-guard')
  const templates = readdirSync(folder).filter(name =>
    /(edge|data|api|events|signer).*template|region-(eu|us-west-1)/.test(name),
  )
  const broken = templates.flatMap(name => {
    const args = ['validate', '-r', rules, '-d', join(folder, name), '--show-summary', 'fail']
    const { stdout, status } = spawnSync(binary, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
    if (status !== 0 && status !== 19) throw new Error(`cfn-guard ended with ${status} for ${name}`)
    return [...stdout.matchAll(/^(ct-[\w-]+)\.guard\/\w+ +FAIL$/gm)].map(([, rule = '']) => rule)
  })
  return new Set(broken)
}

describe('every mode can be deployed, as far as can be seen without AWS', () => {
  test.each(all)('%s: CloudFormation’s own validation and cdk-nag find nothing', (_, settings) => {
    const { templates, remove } = synthesise(settings, { plugins: [nag] })
    onTestFinished(remove)
    expect(Object.keys(templates).length).toBeGreaterThan(15)
  })

  test('what a plugin finds stops a deployment', () => {
    const { home } = modes
    const alwaysWrong = (): IPolicyValidationPlugin => ({ name: 'strict', validate })
    expect(() => synthesise(home, { plugins: [alwaysWrong] })).toThrow('nothing is right')
  })

  test('cfn-guard finds what has a reason, all of it, and nothing else', () => {
    const broken = [modes.home, { ...modes.strong, network: 'private', signer: 'kms', ...zone }].flatMap(settings => {
      const { folder, remove } = synthesise(settings)
      onTestFinished(remove)
      return [...brokenRules(folder)]
    })
    expect([...new Set(broken)].toSorted()).toEqual(Object.keys(acknowledged).toSorted())
  })
})

function validate({ templatePaths: [templatePath = ''] }: { readonly templatePaths: readonly string[] }) {
  const violatingResources = [{ resourceLogicalId: 'Any', templatePath, locations: [] }]
  return { success: false, violations: [{ ruleName: 'never', description: 'nothing is right', violatingResources }] }
}

const canUnshare = spawnSync('unshare', ['-n', 'true']).status === 0

test.skipIf(!canUnshare)('cdk synth needs no network and no credentials', () => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))
  const root = join(import.meta.dirname, '../..')
  const output = join(root, 'out', `cdk-offline-${process.pid}`)
  execFileSync('unshare', ['-n', join(root, 'node_modules/.bin/cdk'), 'synth', '--quiet', '--output', output], {
    cwd: root,
    env: {
      ...env,
      CI: 'true',
      HOME: '/nonexistent',
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    },
    stdio: 'pipe',
  })
  const { stacks } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as { stacks?: unknown }
  expect(stacks ?? readdirSync(output).filter(name => name.endsWith('.template.json')).length).toBeGreaterThan(15)
})
