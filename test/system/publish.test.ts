import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test.each([
  ['client', 'once-at-edge'],
  ['infra', 'once-at-edge-cdk'],
  ['cli', 'once-at-edge-cli'],
])('npm would publish %s as %s, for all, without a correction', (folder, name) => {
  // Without a build and a network: suites named package.test.ts pack, and look at the files.
  const options = ['--dry-run', '--offline', '--ignore-scripts', '--loglevel', 'notice']
  const cwd = join(import.meta.dirname, '../..')
  const { status, stdout, stderr } = spawnSync('npm', ['publish', `./${folder}`, ...options], { cwd, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(stdout).toContain(`+ ${name}@`)
  expect(stderr).toContain('with tag latest and public access (dry-run)')
  expect(stderr).not.toContain('corrected')
})
