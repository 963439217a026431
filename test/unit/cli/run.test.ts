import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../../cli/command.ts'
import { commands } from '../../../cli/commands.ts'
import { emptyAccount } from '../../support/cli/control-plane/account.ts'
import { onAccount } from '../../support/cli/on-account.ts'

describe('help goes to standard output, and sends no request', () => {
  test.each([
    [['--help'], /^once COMMAND[^]*issue[^]*redeem[^]*doctor[^]*teardown/],
    [['-h'], /^once COMMAND/],
    [['help'], /^once COMMAND/],
    [['help', '--help'], /^once COMMAND/],
    [['--version'], /^once \d+\.\d+\.\d+$/],
    [['-v'], /^once \d+\.\d+\.\d+$/],
    [['help', 'doctor'], /^once doctor/],
    [['doctor', '-h'], /^once doctor/],
    [['issue', '-h', 'a.txt'], /^once issue/],
    [['--', 'doctor', '--help'], /^once doctor/],
    [['doctor', '--help'], /^once doctor[^]*once doctor -c name=once-eu --json[^]*Exit codes: 0/],
    [['teardown', '--help'], /^once teardown[^]*npm run destroy -- --yes once[^]*Exit codes: 0/],
    [['teardown', '--yes', 'x', '--help'], /^once teardown/],
    [['restore', '--help'], /^once restore[^]*once restore --yes once[^]*Exit codes: 0/],
  ])('%s', async (args, text) => {
    const account = emptyAccount()
    const command = await onAccount(account)
    expect(await command(...args)).toMatchObject({ code: 0, said: expect.stringMatching(text) as string, noted: '' })
    expect(account.requests).toEqual([])
  })
})

test('the help of every command has examples, all its options, and the exit codes', async () => {
  for (const { name, usage, options } of commands) {
    expect(usage, name).toMatch(new RegExp(`^once ${name} [^]*\n  (npm run destroy|.*once ${name})`))
    expect(usage).toContain(exitCodes)
    for (const option of Object.keys(options)) {
      expect(usage, `${name} --${option}`).toMatch(option === 'context' ? /-c NAME=VALUE/ : `--${option}`)
    }
  }
})

describe('a wrong command line ends with 2; standard error says what it got and what is allowed', () => {
  test.each([
    [
      [],
      'COMMAND: got nothing, allowed: issue, status, list, revoke, redeem, console, deploy, doctor, policy, prove, restore, teardown',
    ],
    [['docter'], 'COMMAND: got "docter", allowed: issue, status'],
    [['help', 'docter'], 'COMMAND: got "docter", allowed: issue, status'],
    [['help', 'doctor', 'now'], 'COMMAND: got "now", allowed: issue, status'],
    [['issue', '--', '--help'], 'FILE: got "--help", which does not exist'],
    [['issue', '--', '-h'], 'FILE: got "-h", which does not exist'],
    [['doctor', '--loud'], "Unknown option '--loud'"],
    [['doctor', 'now'], 'environment: got "now", allowed: none'],
    [['doctor', '--region', 'eu-west-1'], '--region: got it without --stack, allowed: with it'],
    [['doctor', '-c', 'home'], '-c: got "home", allowed: NAME=VALUE'],
    [['doctor', '-c', 'region=eu-west-1'], '-c: got "region", allowed: profile, environment, name, mode'],
    [['doctor', '-c', 'mode=weak'], 'mode: got "weak", allowed: "home" or "strong"'],
    [['doctor', '-c', 'homeRegions=mars-1'], 'homeRegions'],
    [['doctor', '-c', 'nearestReplica={'], 'For help: once doctor --help'],
  ])('once %s', async (args, text) => {
    const account = emptyAccount()
    const command = await onAccount(account)
    expect(await command(...args)).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(text) as string })
    expect(account.requests).toEqual([])
  })
})
