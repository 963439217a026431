import { afterEach, expect, test, vi } from 'vitest'
import { bundleFunction } from '../../../construct/bundle.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { loadBundle } from '../../support/load-bundle.ts'
import { type ControlPlane, controlPlane, versionId } from './control-plane.ts'
import { keysDeployment, steps } from './on-control-plane.ts'

type Handler = (event: object, invocation: object) => Promise<unknown>
type Handlers = Record<'customResource' | 'rotation' | 'retirement' | 'invalidateLinks', Handler>

const hourMs = 3_600_000

afterEach(() => void vi.unstubAllEnvs())

/** The part of Lambda's context that the function reads. */
const invocation = { getRemainingTimeInMillis: () => 5 * 60_000 }

/** Loads the bundled function, with AWS's own environment variables set to the stand-ins of its services. */
async function keysFunction(aws: ControlPlane, fields: Parameters<typeof keysDeployment>[0] = {}): Promise<Handlers> {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_CLOUDFRONT: aws.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin,
    AWS_ENDPOINT_URL_KMS: aws.origin,
  })
  return (await loadBundle(await bundleFunction('keys/main.ts', keysDeployment(fields)))) as unknown as Handlers
}

const currentKeys = ({ secrets }: ControlPlane) =>
  parseKeys(secrets.versions.get(secrets.holder('AWSCURRENT') ?? '')?.text ?? '')

async function rotate({ rotation }: Handlers, aws: ControlPlane): Promise<void> {
  aws.secrets.make(versionId(1), undefined, 'AWSPENDING')
  for (const Step of steps) {
    const event = { Step, SecretId: 'once-keys', ClientRequestToken: versionId(1), RotationToken: 'r' }
    expect(await rotation(event, invocation)).toBeUndefined()
  }
}

test('the bundled keys function creates keys, rotates them and invalidates links', async () => {
  // The stand-in's clock is an hour late, so that no wait is needed.
  const aws = await controlPlane(() => Date.now() - hourMs)
  const keys = await keysFunction(aws)
  const create = { RequestType: 'Create', ResourceProperties: {} }
  const created = (await keys.customResource(create, invocation)) as { Data: { KeyGroupId: string } }
  const first = currentKeys(aws)
  expect(aws.cloudfront.groups.get(created.Data.KeyGroupId)?.items).toEqual([first.signing.keyPairId])

  aws.cloudfront.distributions.set('D1', { groupId: created.Data.KeyGroupId, status: 'Deployed' })
  await rotate(keys, aws)
  const second = currentKeys(aws)
  expect(second.signing.keyPairId).not.toBe(first.signing.keyPairId)
  expect(aws.cloudfront.groups.get(created.Data.KeyGroupId)?.items).toEqual([
    first.signing.keyPairId,
    second.signing.keyPairId,
  ])

  expect(await keys.retirement({}, invocation)).toEqual({ removed: 0, deleted: 0 })
  expect([...(aws.secrets.versions.get(versionId(1))?.stages ?? [])].join()).toMatch(
    /in-force-since-\d+-after-[0-9a-f]+/,
  )
  expect(await keys.invalidateLinks({ invalidateLinks: true }, invocation)).toEqual({ keySlot: 2 })

  aws.cloudfront.distributions.clear()
  await keys.customResource({ RequestType: 'Delete', PhysicalResourceId: 'once' }, invocation)
  expect(aws.cloudfront.groups.size).toBe(0)
  expect(aws.cloudfront.keys.size).toBe(0)
})

test('the bundled keys function leaves the signing key in KMS', async () => {
  const aws = await controlPlane(() => Date.now() - hourMs)
  vi.stubEnv('KMS_KEY_ID', 'mrk-ec')
  const keys = await keysFunction(aws, { signer: 'kms' })
  const created = (await keys.customResource({ RequestType: 'Create' }, invocation)) as { Data: { KeyGroupId: string } }
  aws.cloudfront.distributions.set('D1', { groupId: created.Data.KeyGroupId, status: 'Deployed' })
  await rotate(keys, aws)
  expect(currentKeys(aws).signing).toMatchObject({ kind: 'kms', kmsKeyId: 'mrk-ec', kmsAlgorithm: 'ECDSA_SHA_256' })
  expect(aws.requests.filter(name => name === 'Sign')).toHaveLength(1)
})

test('the bundled keys function makes an RSA key if it must, also while KMS signs', async () => {
  const aws = await controlPlane(() => Date.now() - hourMs)
  vi.stubEnv('KMS_KEY_ID', undefined)
  vi.stubEnv('KEY_SPEC', 'RSA-2048')
  const keys = await keysFunction(aws, { signer: 'kms' })
  await keys.customResource({ RequestType: 'Create' }, invocation)
  const { signing } = currentKeys(aws)
  expect(signing.kind === 'secret' && signing.privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
})

test('the keys function does not start with an unknown kind of key', async () => {
  vi.stubEnv('KEY_SPEC', 'P-384')
  const bundle = await bundleFunction('keys/main.ts', keysDeployment())
  await expect(loadBundle(bundle)).rejects.toThrow('KEY_SPEC: got "P-384", allowed: P-256 or RSA-2048')
})
