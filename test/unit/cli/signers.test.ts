import { beforeEach, describe, expect, test, vi } from 'vitest'
import { signers } from '../../../cli/adapters/aws/signers.ts'
import { onControlPlane } from '../keys/on-control-plane.ts'

/** A deployment's keys on stand-ins of AWS, and the adapter that the command line uses. */
async function withKeys() {
  const here = await onControlPlane()
  await here.deployed()
  vi.stubEnv('AWS_ENDPOINT_URL', here.aws.origin)
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
    expect(await read()).toEqual({
      current: { version: here.aws.secrets.holder('AWSCURRENT'), keySpec: 'P-256' },
      pending: undefined,
      inForceSince: undefined,
    })
    await here.retire()
    expect((await read()).inForceSince).toBe(Math.floor(here.clock.now() / 1000))
  })

  test('the id of a key in KMS, and until when the former key is needed; no key', async () => {
    const { here, read } = await withKeys()
    Object.assign(here.context, { kmsKeyId: 'mrk-rsa' })
    const version = await here.rotate()
    const { current } = await read()
    expect(current).toEqual({ version, kmsKeyId: 'mrk-rsa', formerUntil: expect.any(Number) })
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
