import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cfnLint } from '../../support/cfn-lint.ts'
import { missingPython } from '../../support/python.ts'

test.skipIf(missingPython !== undefined)('cfn-lint finds nothing in the template of the deploy role', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'once-deploy-role-'))
  try {
    cpSync(join(import.meta.dirname, '../../../policies/deploy-role.json'), join(folder, 'deploy-role.json'))
    const findings = await cfnLint(folder)
    // I3042 wants a variable for the partition, but Lambda@Edge is in the partition aws only. I4010 wants notes for programs.
    expect(findings.filter(({ rule }) => !/^I(3042|4010)$/.test(rule))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
