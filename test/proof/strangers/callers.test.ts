import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { makeLink } from '../../support/table/links.ts'
import { awsEnvironment, type CallerCredentials, missingPython } from '../../support/machine/python.ts'
import { caller, signedFront } from '../../support/content/signed-front.ts'
import { allRight, askPythonOfEach } from './ask-python.ts'
import { anyText } from './generated.ts'
import { recordRequests } from './recorded.ts'
import { runScript } from './run-script.ts'

const { region, credentials } = caller

afterEach(() => vi.unstubAllEnvs())

describe.skipIf(missingPython !== undefined)('botocore, as the authority on calls of the API,', () => {
  test('signs 1,000 calls of the command line as it does', async () => {
    for (const [name, value] of Object.entries(awsEnvironment(credentials))) vi.stubEnv(name, value)
    const { origin, requests } = await recordRequests(400, {
      type: 'about:blank',
      title: 'No',
      status: 400,
      reason: 'no',
    })
    const client = apis.deployed(`${origin}/v1`, region)
    const seed = randomInt(2 ** 31)
    for (const text of fc.sample(anyText(40), { numRuns: 200, seed })) {
      const { nonce, link } = makeLink()
      await Promise.allSettled([
        client.issue({ key: text, reference: text }),
        client.list({ reference: text, pageSize: 7 }).next(),
        client.show(link.id),
        client.revoke(link.id),
        client.exchange(nonce),
      ])
    }
    const lines = requests.map(request => ({ ...request, ...credentials, region, service: 'execute-api' }))
    expect(lines).toHaveLength(1000)
    const other = lines.map(line => ({ ...line, url: line.url.replace('/v1/', '/v2/') }))
    const reports = await askPythonOfEach('sigv4.py', [lines, other])
    expect(reports, `seed ${seed}`).toMatchObject([allRight(lines), { wrong: 1000 }])
  })
})

/** Calls the API as a partner, and returns the statuses. */
const partner = (origin: string, by: CallerCredentials) => runScript('partner.py', [origin], { by })

describe.skipIf(missingPython !== undefined)('a partner with botocore', () => {
  async function front() {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.pdf'), 'what it says')
    const { api } = await emulatorHere({ bucket })
    return signedFront(api)
  }

  test('issues, lists, shows, revokes and exchanges links', async () => {
    const { origin, seen } = await front()
    expect(await partner(origin, credentials)).toEqual([201, 201, 200, 200, 204, 200, 403])
    expect(seen.filter(({ right }) => !right)).toEqual([])
  })

  test('with another secret is refused', async () => {
    const { origin, seen } = await front()
    expect(await partner(origin, { ...credentials, secretAccessKey: 'another' })).toEqual([403])
    expect(seen).toEqual([{ line: 'POST /v1/links', right: false }])
  })
})
