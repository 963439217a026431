import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, type IPolicyValidationPlugin, Stack } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import { starter } from '../../../infra/app/profiles.ts'
import { cfnGuard, controlTowerRules, missingCfnGuard } from '../../support/infra/cfn-guard.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { combinations, everything, modes } from '../../support/infra/combinations.ts'
import { acknowledged } from './control-tower.ts'
import { rulesBrokenBy } from '../../support/infra/rules.ts'
import { synthesise, type Templates } from '../../support/infra/synthesised.ts'

const nag = (app: App) => new AwsSolutionsChecks(app) as IPolicyValidationPlugin

/** The files of Control Tower's rules that name a type of these templates: cfn-guard skips all others, and takes long for each. */
function rulesFor(templates: Templates): readonly string[] {
  const types = Object.values(templates).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type))
  const names = readdirSync(controlTowerRules, { recursive: true, encoding: 'utf8' })
  const files = names.filter(name => name.endsWith('.guard')).map(name => join(controlTowerRules, name))
  return files.filter(file => types.some(type => readFileSync(file, 'utf8').includes(type)))
}

/** Returns the rules of Control Tower that cfn-guard finds broken. */
function brokenRules({ templates, folder }: ReturnType<typeof synthesise>): readonly string[] {
  const copies = temporaryFolder()
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.template.json')) copyFileSync(join(folder, name), join(copies, name))
  }
  const output = ['--structured', '--output-format', 'json', '--show-summary', 'none']
  const args = ['validate', '--rules', ...rulesFor(templates), '--data', copies, ...output]
  const { stdout, status } = spawnSync(cfnGuard, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0 && status !== 19) throw new Error(`cfn-guard ended with ${status}`)
  const reports = JSON.parse(stdout) as readonly { readonly not_compliant: readonly object[] }[]
  const broken = JSON.stringify(reports.map(({ not_compliant }) => not_compliant))
  return [...new Set(broken.match(/CT\.[A-Z0-9]+\.PR\.\d+/g))]
}

describe('every mode passes all validation that needs no AWS account', () => {
  test.each(combinations)('%s: CloudFormation’s own validation and cdk-nag find nothing', (_, settings) => {
    const { templates, remove } = synthesise(settings, { plugins: [nag] })
    onTestFinished(remove)
    const stacks = stacksOf(parseSettings(settings), physicalNames('once', '111122223333'))
    expect(Object.keys(templates).toSorted()).toEqual(stacks.map(({ name }) => name).toSorted())
    expect(rulesBrokenBy(templates)).toEqual([])
  })

  test('a finding without an acknowledgement stops a deployment', () => {
    const insecure = (app: App) => new Bucket(new Stack(app, 'insecure'), 'Bucket')
    expect(() => synthesise(modes.home, { plugins: [nag], also: insecure })).toThrow('AwsSolutions-S1')
  })

  test.skipIf(missingCfnGuard !== undefined)('cfn-guard finds exactly the rules that are acknowledged', () => {
    const broken = [starter, { ...modes.strong, ...everything, network: 'private' }].flatMap(settings => {
      const made = synthesise(settings, { validated: false })
      onTestFinished(made.remove)
      return brokenRules(made)
    })
    expect([...new Set(broken)].toSorted()).toEqual(Object.keys(acknowledged).toSorted())
  })
})
