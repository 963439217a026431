import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trialTemplate } from '../../../cli/deployment/prove/trials/templates.ts'
import { trialKinds } from '../../../cli/deployment/prove/trials/trials.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython, pythonProgram } from '../../support/machine/python.ts'

test.skipIf(missingPython !== undefined)(
  'cfn-lint finds nothing in the templates of throw-away resources',
  { timeout: 120_000 },
  () => {
    const folder = temporaryFolder()
    const files = trialKinds.map(kind => {
      const file = join(folder, `${kind}.json`)
      writeFileSync(file, JSON.stringify(trialTemplate(kind, 'once')))
      return file
    })
    const broken = join(folder, 'broken.json')
    writeFileSync(
      broken,
      JSON.stringify(trialTemplate('memory', 'once')).replace('"MemorySize":256', '"MemorySize":"much"'),
    )
    const lint = (...names: readonly string[]) =>
      spawnSync(pythonProgram('cfn-lint'), ['--regions', 'us-east-1', '--', ...names], {
        encoding: 'utf8',
        timeout: 100_000,
      })
    const { status, stdout, stderr } = lint(...files)
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
    expect(lint(broken).stdout).toContain("'much' is not of type")
  },
)
