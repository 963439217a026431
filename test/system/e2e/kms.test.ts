import type { APIGatewayProxyResult, CloudFrontResultResponse } from 'aws-lambda'
import { expect, onTestFinished, test } from 'vitest'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { bundleFunction } from '../../../construct/bundle.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { deliveryPath, parseObjectKey } from '../../../shared/object-key.ts'
import { proxyEvent } from '../../support/api.ts'
import { databaseEnvironment } from '../../support/database-environment.ts'
import { testDeployment } from '../../support/deployment.ts'
import { type KeyInKms, keyInKms, startKms } from '../../support/kms.ts'
import { loadBundle } from '../../support/load-bundle.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/viewer-request.ts'

/** Issues a link at the api that ships; `open` requests it at the edge that ships, with a client's Idempotency-Key. */
async function linkSignedBy(key: KeyInKms, down: readonly string[] = []) {
  const tables = await startDynalite(['eu-west-1'])
  onTestFinished(() => tables.close())
  const { endpoint, asked } = await startKms(key, down)
  const homeRegions = ['eu-west-1'] as const
  const deployment = testDeployment({ signer: 'kms', homeRegions, secretRegions: ['us-east-1', 'eu-west-1'] })
  await createTables([deployment.linksTable, deployment.apiStateTable], homeRegions, tables.config)
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    ...databaseEnvironment(tables.config('eu-west-1')),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_ENDPOINT_URL_KMS: endpoint,
  })
  const [edge, api] = await Promise.all(
    ['edge/main.ts', 'api/main.ts'].map(async entry => loadBundle(await bundleFunction(entry, deployment))),
  )
  const issued = (await api?.handler(
    proxyEvent('POST', '/links', { body: { key: 'a b.pdf' } }),
  )) as APIGatewayProxyResult
  const { pathname: uri } = new URL((JSON.parse(issued.body) as { url: string }).url)
  const open = (client: string) =>
    edge?.handler(viewerRequest({ uri, headers: { 'Idempotency-Key': client } })) as Promise<CloudFrontResultResponse>
  return { open, asked }
}

function checkCapability(response: CloudFrontResultResponse, { keyGroup }: KeyInKms) {
  const url = `https://files.example.com${headerOf(response, 'location')}`
  return checkSignedUrl({ url, address: '203.0.113.7', now: Date.now() as EpochMs }, keyGroup)
}

const granted = {
  kind: 'granted',
  url: `https://files.example.com${deliveryPath({ key: parseObjectKey('a b.pdf')! })}`,
}

test.each(['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const)(
  'the functions that ship have KMS sign with %s, in the nearest Region first, and CloudFront accepts the URL',
  async kmsAlgorithm => {
    const key = keyInKms(kmsAlgorithm)
    const { open, asked } = await linkSignedBy(key)
    const first = await open('order 17')
    expect(first.status).toBe('302')
    expect(checkCapability(first, key)).toEqual(granted)
    const again = await open('order 17')
    expect(checkCapability(again, key)).toEqual(granted)
    expect(policyOf(again)).toBe(policyOf(first))
    expect((await open('order 18')).status).toBe('403')
    expect(asked).toEqual(['TrentService.Sign eu-west-1', 'TrentService.Sign eu-west-1'])
  },
)

test('if the nearest Region fails, the next one signs; if all fail, the response says that the link was used', async () => {
  const key = keyInKms('ECDSA_SHA_256')
  const down = ['eu-west-1', 'us-east-1']
  const { open, asked } = await linkSignedBy(key, down)
  const unsigned = await open('order 17')
  expect(unsigned.status).toBe('503')
  expect(JSON.parse(unsigned.body ?? '')).toMatchObject({ reason: 'unsigned' })
  expect(asked.length).toBeGreaterThan(2)
  asked.length = 0
  down.pop()
  expect(checkCapability(await open('order 17'), key)).toEqual(granted)
  expect(asked).toEqual(['TrentService.Sign eu-west-1', 'TrentService.Sign us-east-1'])
})
