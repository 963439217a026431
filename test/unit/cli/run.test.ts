import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { exitCodes } from '../../../cli/command.ts'
import { commands } from '../../../cli/run.ts'
import { createClient } from '../../../client/client.ts'
import { once, preparedAccount } from '../../support/cli/fake-deployment.ts'
import { onceHere } from '../../support/cli/once-here.ts'

describe('help goes to standard output, and sends no request', () => {
  test.each([
    [['--help'], /^once COMMAND[^]*issue[^]*redeem[^]*doctor[^]*teardown/],
    [['-h'], /^once COMMAND/],
    [['help'], /^once COMMAND/],
    [['--version'], /^once \d+\.\d+\.\d+$/],
    [['-v'], /^once \d+\.\d+\.\d+$/],
    [['help', 'doctor'], /^once doctor/],
    [['doctor', '-h'], /^once doctor/],
    [['issue', '-h', 'a.txt'], /^once issue/],
    [['--', 'doctor', '--help'], /^once doctor/],
    [['doctor', '--help'], /^once doctor[^]*once doctor -c name=once-eu --json[^]*Exit codes: 0/],
    [['teardown', '--help'], /^once teardown[^]*npm run destroy -- --yes once[^]*Exit codes: 0/],
    [['restore', '--help'], /^once restore[^]*once restore --yes once[^]*Exit codes: 0/],
  ])('%s', async (args, text) => {
    const account = preparedAccount()
    expect(await once(account, args)).toMatchObject({ code: 0, said: expect.stringMatching(text) as string, noted: '' })
    expect(account.calls).toEqual([])
  })
})

test('the help of every command has examples, all its options, and the exit codes', async () => {
  for (const { name, usage, options } of commands) {
    expect(usage, name).toMatch(new RegExp(`^once ${name} [^]*\n  (npm run destroy|.*once ${name})`))
    expect(usage).toContain(exitCodes)
    const columns = [...usage.matchAll(/^ {2}-\S.*? {2,}(?=\S)/gm)].map(([option]) => option.length)
    expect([...new Set(columns)], name).toHaveLength(1)
    for (const option of Object.keys(options)) {
      expect(usage, `${name} --${option}`).toMatch(option === 'context' ? /-c NAME=VALUE/ : `--${option}`)
    }
  }
})

describe('a wrong command line ends with 2; standard error says what it got and what is allowed', () => {
  test.each([
    [[], 'once COMMAND [options]'],
    [['docter'], '"docter": not known; did you mean doctor?\nallowed: issue, ask, status'],
    [['help', 'docter'], '"docter": not known; did you mean doctor?\nallowed: issue, ask, status'],
    [['help', 'doctor', 'now'], '"now": not known\nallowed: issue, ask, status'],
    [['issue', '--', '--help'], 'FILE: got "--help", which does not exist'],
    [['doctor', '--loud'], '--loud: not known\n'],
    [['doctor', '--regoin=eu-west-1'], '--regoin: not known; did you mean --region?'],
    [['list', '--no-quiet'], '--no-quiet: not known\n'],
    [['list', '--state', 'live', '--state=used'], '--state: got it twice, allowed: once'],
    [['doctor', 'now'], 'environment: got "now", allowed: none'],
    [['doctor', '--region', 'eu-west-1'], '--region: got it without --stack, allowed: with it'],
    [['doctor', '--stack', 'Site', '--region', 'Ireland'], '--region: got "Ireland", allowed: '],
    [['doctor', '-c', 'home'], '-c: got "home", allowed: NAME=VALUE'],
    [['doctor', '-c', 'region=eu-west-1'], '-c: got "region", allowed: profile, environment, accessLogs, account'],
    [['deploy', '-c', 'signer=kms'], 'signer: got "kms", allowed: nothing: KMS no longer signs; with the version that'],
    [['doctor', '-c', 'mode=weak'], 'mode: got "weak", allowed: "home" or "strong"'],
    [['doctor', '-c', 'nearestReplica={'], 'For help: once doctor --help'],
  ])('once %s', async (args, text) => {
    const account = preparedAccount()
    expect(await once(account, args)).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining(text) as string,
    })
    expect(account.calls).toEqual([])
  })
})

describe('credentials that AWS does not accept: standard error has the name of the error, and what to run', () => {
  const advice = 'credentials -> aws sso login, or first aws configure sso; AWS_PROFILE chooses a profile'
  const withoutAccount = (command: string) => `\nwithout an account -> once ${command} --local`

  test.each([
    [['deploy'], ''],
    [['console'], ''],
    [['doctor'], ''],
    [['issue', '--key', 'report.pdf'], withoutAccount('issue')],
    [['list'], withoutAccount('list')],
  ])('there are none: once %s', async (args, more) => {
    onTestFinished(() => void vi.unstubAllEnvs())
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    vi.stubEnv('HOME', '/nonexistent')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const { code, noted } = await onceHere(args)
    expect(code).toBe(2)
    expect(noted).toMatch(
      new RegExp(`(^|\\n)the call to AWS failed: CredentialsProviderError: [^\n]+\n${advice}${more}$`),
    )
  })

  test.each(['ExpiredToken', 'ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
    '%s',
    async name => {
      const account = () => Promise.reject(Object.assign(new Error('no'), { name, $metadata: {} }))
      const { noted } = await onceHere(['deploy'], { aws: { ...allOfAws(), account } })
      expect(noted).toMatch(new RegExp(`\nthe call to AWS failed: ${name}: no\n${advice}$`))
    },
  )

  test('the gateway of an API says so without a name', async () => {
    const body = '{"message":"The security token included in the request is expired"}'
    const send = async () => new Response(body, { status: 403, headers: { 'content-type': 'application/json' } })
    const deployed = (origin: string) => createClient({ origin, fetch: send })
    const { code, noted } = await onceHere(['list', '--api', 'https://api.example.com'], {
      apis: { ...apis, deployed },
    })
    expect([code, noted.split('\n').slice(1).join('\n')]).toEqual([
      3,
      `The security token included in the request is expired\n${advice}${withoutAccount('list')}`,
    ])
  })

  test('an error that is about something else has no such advice', async () => {
    const account = preparedAccount()
    account.denied.add('account')
    expect((await once(account, ['deploy'])).noted).toMatch(/AccessDenied[^\n]*$/)
  })
})
