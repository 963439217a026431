import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packRelease } from './release.ts'

// `node test/releases/make.ts COMMIT VERSION`: synthesises a release, as its user did, and keeps the assembly beside this file. The
// upgrade test deploys it, then brings it to this version.
const [commit = 'HEAD', version = '0.0.0'] = process.argv.slice(2)
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'once-release-'))
const checkout = join(folder, 'checkout')
const run = (cwd: string, program: string, ...args: string[]) => execFileSync(program, args, { cwd, stdio: 'inherit' })
try {
  run(root, 'git', 'worktree', 'add', '--detach', checkout, commit)
  run(checkout, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
  run(checkout, 'npm', 'run', 'synth', '--', '--output', join(folder, 'assembly'), '-c', 'profile=standard')
  packRelease(version, join(folder, 'assembly'))
} finally {
  run(root, 'git', 'worktree', 'remove', '--force', checkout)
  rmSync(folder, { recursive: true })
}
