import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyAccount } from '../../support/cli/control-plane/account.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { cdkOn, once } from '../../proof/deployment/operator.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8')

/** The commands of the page in their order, without comments. */
const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .split('\n')
    .map(line => line.replace(/\s+#.*$/, '').trim())
    .filter(line => line !== ''),
)

const account = emptyAccount()

/** Runs a command of the page, on the stand-in for AWS where it needs AWS; resolves to its exit code and what it printed. */
async function run(command: string): Promise<{ readonly code: number; readonly said: string }> {
  if (command === 'npm ci') {
    // CI begins with it. Here it only checks that the lock file fits.
    return { code: 0, said: execFileSync('npm', ['ci', '--dry-run', '--offline'], { cwd: root, encoding: 'utf8' }) }
  }
  const [, cdk] = /^npx cdk (.+)$/.exec(command) ?? []
  if (cdk !== undefined) {
    const { code, lines } = await cdkOn(account, cdk.split(' '))
    return { code, said: lines.join('\n') }
  }
  const [, script, rest = ''] = /^npm run (?:-s )?(deploy|destroy|once)(?: -- (.+))?$/.exec(command) ?? []
  if (script === undefined) throw new Error(`the page has a command that this test can't run: ${command}`)
  const isQuestion = script === 'deploy' && !rest.includes('--yes')
  const first = { deploy: ['deploy', ...(isQuestion ? ['--yes'] : [])], destroy: ['teardown'], once: [] }[script] ?? []
  const report = join(temporaryFolder(), 'report.pdf')
  writeFileSync(report, 'a report\n')
  const args = [...first, ...rest.split(' ').filter(arg => arg !== '')].map(arg =>
    arg === 'report.pdf' ? report : arg,
  )
  // The page says that a table stays for a day after it got a replica.
  if (script === 'destroy') account.now += 25 * 3600_000
  const { code, said, noted } = await once(account, args)
  return { code, said: `${said}\n${noted}` }
}

describe('each command of docs/deploy.md does what the page says, one after the other in one account', () => {
  test('from an empty account to the first link, there are four', () => {
    expect(commands.slice(0, 4)).toEqual([
      'npm ci',
      'npx cdk bootstrap aws://111122223333/us-east-1 aws://111122223333/us-east-2',
      'npm run deploy',
      'npm run -s once -- issue report.pdf',
    ])
  })

  test.each(commands)('%s', async command => {
    const { code, said } = await run(command)
    expect(code, said).toBe(0)
  })
})
