import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { signers } from '../../../cli/adapters/aws/secrets-manager.ts'
import { simulatedKeys } from '../../support/keys/simulated-keys.ts'
import { serveHere } from '../../support/serve.ts'

/** A deployment's keys, and the adapter that the command line uses, to which the secret is served. */
async function withKeys() {
  const here = simulatedKeys()
  await here.deployed()
  const { secret } = here
  const verbs: Readonly<Record<string, (input: Readonly<Record<string, string>>) => Promise<object | undefined>>> = {
    DescribeSecret: async () => ({ VersionIdsToStages: Object.fromEntries((await secret.versions()).labels) }),
    GetSecretValue: async ({ VersionId = '' }) => {
      const version = await secret.read(VersionId)
      return version && { SecretString: version.text }
    },
    UpdateSecretVersionStage: async ({ VersionStage = '', RemoveFromVersionId = '' }) => {
      await secret.moveLabel(VersionStage, { from: RemoveFromVersionId })
      return {}
    },
  }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, verb = ''] = String(request.headers['x-amz-target']).split('.')
    const found = await verbs[verb]?.(JSON.parse(await text(request)) as Record<string, string>)
    response.writeHead(found ? 200 : 400).end(JSON.stringify(found ?? { __type: 'ResourceNotFoundException' }))
  }
  const { origin } = await serveHere((request, response) => void answer(request, response))
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  return { here, read: () => signers().read('once-keys', 'us-east-1') }
}

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  return () => void vi.unstubAllEnvs()
})

describe('of the secret’s value, the command line gets', () => {
  test('the kind of a key in the secret, and since when it is in force', async () => {
    const { here, read } = await withKeys()
    const { current: version } = await here.secret.versions()
    const current = { version, keySpec: 'P-256' }
    expect(await read()).toEqual({ current, pending: undefined, inForceSince: undefined })
    await here.retire()
    expect((await read()).inForceSince).toBe(Math.floor(here.clock.now() / 1000))
  })

  test('the id of a key in KMS, and until when the former key is needed; no key', async () => {
    const { here, read } = await withKeys()
    Object.assign(here.context, { kmsKeyId: 'mrk-RSA-2048-1' })
    const version = await here.rotate()
    const { current } = await read()
    expect(current).toEqual({ version, kmsKeyId: 'mrk-RSA-2048-1', formerUntil: expect.any(Number) })
    expect(here.current()).toContain(`"until":${current.formerUntil}`)
  })

  test('what a rotation has prepared, which can be given up', async () => {
    const { here, read } = await withKeys()
    Object.assign(here.context, { keySpec: 'RSA-2048' })
    const version = here.beginRotation()
    expect((await read()).pending).toEqual({ version })
    await here.step('createSecret', version)
    expect((await read()).pending).toEqual({ version, keySpec: 'RSA-2048' })
    await signers().cancelRotation('once-keys', version, 'us-east-1')
    expect((await read()).pending).toBeUndefined()
    await expect(here.step('finishSecret', version)).rejects.toThrow('is not AWSPENDING')
  })
})
