import { describe, expect, test } from 'vitest'
import { emptyAccount } from './control-plane/account.ts'
import { onAccount } from './on-account.ts'

describe('help is on stdout, and asks nobody anything', () => {
  test.each([
    [['--help'], /^once COMMAND[^]*doctor[^]*teardown/],
    [['help'], /^once COMMAND/],
    [['doctor', '--help'], /^once doctor[^]*once doctor -c name=once-eu --json[^]*Exit code 0/],
    [['teardown', '--help'], /^once teardown[^]*npm run destroy -- --yes once[^]*Exit code 0/],
    [['teardown', '--yes', 'x', '--help'], /^once teardown/],
  ])('%s', async (args, words) => {
    const account = emptyAccount()
    const command = await onAccount(account)
    expect(await command(...args)).toMatchObject({ code: 0, said: expect.stringMatching(words) as string, noted: '' })
    expect(account.requests).toEqual([])
  })
})

describe('a wrong command line: exit code 2, what was given and what is allowed, on stderr', () => {
  test.each([
    [[], 'got nothing, allowed: doctor, teardown'],
    [['docter'], 'got "docter", allowed: doctor, teardown'],
    [['doctor', '--loud'], "Unknown option '--loud'"],
    [['doctor', 'now'], "Unexpected argument 'now'"],
    [['doctor', '-c', 'home'], '-c: got "home", allowed: NAME=VALUE'],
    [['doctor', '-c', 'region=eu-west-1'], '-c: got "region", allowed: name, mode, homeRegions'],
    [['doctor', '-c', 'mode=weak'], 'mode: got "weak", allowed: "home" or "strong"'],
    [['doctor', '-c', 'homeRegions=mars-1'], 'homeRegions'],
    [['doctor', '-c', 'nearestReplica={'], 'once doctor --help says more'],
  ])('once %s', async (args, words) => {
    const account = emptyAccount()
    const command = await onAccount(account)
    expect(await command(...args)).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(words) as string })
    expect(account.requests).toEqual([])
  })
})
