import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { problem, scriptedApi } from '../../support/client/scripted-api.ts'
import { deployed, once, preparedAccount, settings } from '../../support/cli/fake-deployment.ts'
import { opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { caller, signedFront } from '../../support/content/signed-front.ts'

afterEach(() => vi.unstubAllEnvs())

function asCaller(): void {
  const { accessKeyId, secretAccessKey, sessionToken } = caller.credentials
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken)
}

/** Starts an API that looks for its objects in this folder, and requires the signatures of one caller. */
async function front() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  return signedFront(api)
}

test('every request to a deployed API is signed with the credentials of the environment', async () => {
  const { origin, seen } = await front()
  asCaller()
  const at = ['--api', origin, '--region', 'eu-west-1']
  const issued = await onceHere(['issue', '--key', 'report.txt', '--reference', 'a b/c&d=é', ...at, '--json'])
  const { id, url } = JSON.parse(issued.said) as { id: string; url: string }
  expect(await onceHere(['status', url, ...at])).toMatchObject({ code: 0 })
  expect(await onceHere(['list', '--reference', 'a b/c&d=é', ...at])).toMatchObject({
    code: 0,
    said: expect.stringContaining(id) as string,
  })
  expect(await onceHere(['revoke', id, ...at])).toMatchObject({ code: 0 })
  expect(seen).toHaveLength(4)
  expect(seen.filter(({ right }) => !right)).toEqual([])
})

test('with the wrong credentials it ends with 3, and shows the message of AWS', async () => {
  const { origin } = await front()
  asCaller()
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another')
  const outcome = await onceHere(['list', '--api', origin, '--region', 'eu-west-1'])
  expect(outcome).toMatchObject({
    code: 3,
    noted: expect.stringContaining('The request signature we calculated') as string,
  })
})

test('the API of a deployment is found by its name, in the first Region that has one', async () => {
  const homes = 'homeRegions=eu-west-1,us-east-1'
  const called: string[] = []
  const apiAt: typeof apis.deployed = (origin, region) => {
    called.push(`${origin} ${region}`)
    return apis.local('http://127.0.0.1:1')
  }
  await once(await deployed(homes), ['list', ...settings(homes)], { apis: { ...apis, deployed: apiAt } })
  expect(called).toEqual(['https://api-eu-west-1.execute-api.eu-west-1.amazonaws.com/v1 eu-west-1'])
})

test.each(['issue', 'status', 'list', 'revoke'])('once %s: without a deployment it says so', async name => {
  const operands = { issue: ['--key', 'a'], status: ['A'.repeat(22)], revoke: ['A'.repeat(22)], list: [] }[name] ?? []
  const outcome = await once(preparedAccount(), [name, ...operands])
  expect(outcome).toMatchObject({
    code: 2,
    noted: expect.stringContaining('no API named once in us-east-1') as string,
  })
})

test('a file is uploaded by IAM, and its parts go to S3 without a signature of the caller', async () => {
  const { origin, seen } = await front()
  asCaller()
  const file = join(temporaryFolder(), 'Rechnung (März) 100%.pdf')
  const content = randomBytes(10_000_000).toString('hex')
  writeFileSync(file, content)
  const issued = await onceHere(['issue', '--plain', file, '--api', origin, '--region', 'eu-west-1'])
  expect(issued).toMatchObject({ code: 0, noted: expect.stringMatching(/^API: 127\.0\.0\.1:\d+\n[^A]/) as string })
  expect(await opened(issued.said)).toBe(content)
  const id = /uploads\/([\w-]{43})/.exec(JSON.stringify(seen))?.[1]
  expect(seen.map(({ line }) => line)).toEqual([
    'POST /v1/uploads',
    // It checks the fields.
    'POST /v1/links/batch',
    `POST /v1/uploads/${id}/parts`,
    `POST /v1/uploads/${id}/complete`,
    'POST /v1/links',
  ])
  expect(seen.filter(({ right }) => !right)).toEqual([])
})

test('with the token of a login in ONCE_TOKEN, that is sent, nothing is signed, and no credentials are looked for', async () => {
  const { origin, requests } = await scriptedApi(problem(401, 'token-expired'))
  vi.stubEnv('ONCE_TOKEN', 'ey.ab.cd')
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  const file = join(temporaryFolder(), 'a.txt')
  writeFileSync(file, 'x')
  const outcome = await onceHere(['issue', file, '--api', origin])
  expect(outcome).toMatchObject({ code: 3, said: '' })
  expect(outcome.noted).not.toContain('ey.ab.cd')
  expect(requests).toMatchObject([{ line: 'POST /uploads', authorization: 'Bearer ey.ab.cd' }])
})

test('without a deployment no file is uploaded', async () => {
  const account = preparedAccount()
  const file = join(temporaryFolder(), 'a.txt')
  writeFileSync(file, 'x')
  expect(await once(account, ['issue', file])).toMatchObject({ code: 2, said: '' })
  expect(account.changes).toEqual([])
})
