import { createPublicKey } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { keysDeployment } from '../../support/keys/simulated-keys.ts'
import { loadBundle } from '../../support/edge/load-bundle.ts'
import { serveHere } from '../../support/machine/serve.ts'

const bundle = bundleFunction('jobs/keys/main.ts', keysDeployment())

afterEach(() => void vi.unstubAllEnvs())

test('the bundled keys function makes an RSA key if it must', async () => {
  let created = ''
  const secret = JSON.stringify({ VersionIdsToStages: { v1: ['AWSCURRENT'] }, SecretString: 'a placeholder' })
  const refused = '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>'
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if ('x-amz-target' in request.headers) return void response.end(secret)
    created = body
    response.writeHead(403).end(refused)
  }
  const { origin } = await serveHere((request, response) => void answer(request, response))
  for (const name of ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY']) vi.stubEnv(`AWS_${name}`, 'local')
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  vi.stubEnv('KEY_SPEC', 'RSA-2048')
  const keys = await loadBundle(await bundle)
  const { customResource } = keys as unknown as Record<'customResource', (...event: object[]) => Promise<unknown>>
  const invocation = { getRemainingTimeInMillis: () => 60_000 }
  await expect(customResource({ RequestType: 'Create' }, invocation)).rejects.toMatchObject({
    name: 'AccessDenied',
  })
  const [, pem = ''] = /<EncodedKey>([^<]*)</.exec(created) ?? expect.fail(created)
  expect(createPublicKey(pem.replaceAll('&#x0A;', '\n')).asymmetricKeyDetails?.modulusLength).toBe(2048)
})

test('the keys function does not start with an unknown kind of key', async () => {
  vi.stubEnv('KEY_SPEC', 'P-384')
  await expect(loadBundle(await bundle)).rejects.toThrow('KEY_SPEC: got "P-384", allowed: P-256 or RSA-2048')
})
