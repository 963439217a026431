import type { APIGatewayProxyResult, CloudFrontResultResponse } from 'aws-lambda'
import { expect, onTestFinished, test } from 'vitest'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { parseDeployment } from '../../../shared/settings/deployment.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { downloadPath, parseObjectKey } from '../../../shared/object-key.ts'
import { databaseEnvironment } from '../../support/table/database-environment.ts'
import { testKeyGroup } from '../../support/keys/keys.ts'
import { loadBundle } from '../../support/edge/load-bundle.ts'
import { secretsManager } from '../../support/keys/secrets-manager.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Starts dynalite with one table for both Regions, which it doesn't distinguish. */
async function onDynalite(): Promise<Tables> {
  const tables = await startDynalite(['eu-west-1'])
  onTestFinished(() => tables.close())
  return { ...tables, config: () => tables.config('eu-west-1') }
}

/** Loads both functions that ship, with AWS's own environment variables for the endpoints of local services. */
async function functions(tables: Tables, endpoint: string) {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions,
    linkOrigin: 'https://files.example.com',
    linksTable: 'shipped-links',
    apiStateTable: 'shipped-api-state',
    secretName: 'once-keys',
    gate: false,
  })
  await createTables([deployment.linksTable, deployment.apiStateTable], homeRegions, tables.config)
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    ...databaseEnvironment(tables.config('eu-west-1')),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  })
  const [edge, api] = await Promise.all(
    ['edge/main.ts', 'api/links/main.ts'].map(async entry => loadBundle(await bundleFunction(entry, deployment))),
  )
  return {
    edge: (event: unknown) => edge?.handler(event) as Promise<CloudFrontResultResponse>,
    api: (event: unknown) => api?.handler(event) as Promise<APIGatewayProxyResult>,
  }
}

interface IssuedLink {
  readonly url: string
  readonly id: string
}

const issueEvent = {
  httpMethod: 'POST',
  path: '/links',
  multiValueHeaders: { 'Content-Type': ['application/json'], 'Idempotency-Key': ['k1'] },
  body: JSON.stringify({ key: 'a b.pdf', homeRegion: 'eu-west-1' }),
  isBase64Encoded: false,
  requestContext: { requestId: 'r-1', identity: { accountId: '111122223333', user: 'AROA:me' } },
}

const granted = {
  kind: 'granted',
  url: `https://files.example.com${downloadPath({ key: parseObjectKey('a b.pdf')! })}`,
}

/** Checks the signed URL of a redirect as CloudFront does. */
function checkCapability(response: CloudFrontResultResponse) {
  const url = `https://files.example.com${headerOf(response, 'location')}`
  return checkSignedUrl({ url, address: '203.0.113.7', now: Date.now() as EpochMs }, testKeyGroup)
}

test('the functions that ship issue a link and redeem it once', async () => {
  const secrets = await secretsManager()
  const { edge, api } = await functions(await onDynalite(), secrets.endpoint)
  const { url, id } = JSON.parse((await api(issueEvent)).body) as IssuedLink
  expect((await api({ ...issueEvent, httpMethod: 'GET', path: `/links/${id}`, body: null })).statusCode).toBe(200)
  const uri = new URL(url).pathname
  const [one, other] = await Promise.all([edge(viewerRequest({ uri })), edge(viewerRequest({ uri }))])
  expect([one.status, other.status].toSorted()).toEqual(['302', '403'])
  expect(checkCapability(one.status === '302' ? one : other)).toEqual(granted)
  expect((await api({ ...issueEvent, httpMethod: 'GET', path: `/links/${id}`, body: null })).statusCode).toBe(404)
  // Each function reads the secret once, in its own Region.
  const ask = 'secretsmanager.GetSecretValue eu-west-1 once-keys AWSCURRENT'
  expect(secrets.asked).toEqual([ask, ask])
})

test('if its nearest secret is unavailable, the edge reads the next; without any it returns 503', async () => {
  const tables = await onDynalite()
  const nearestDown = await secretsManager('eu-west-1')
  const forged = viewerRequest({ uri: `/d/${Buffer.alloc(32, 0x10).toString('base64url')}` })
  expect((await (await functions(tables, nearestDown.endpoint)).edge(forged)).status).toBe('404')
  expect(nearestDown.asked.map(line => line.split(' ')[1])).toEqual(['eu-west-1', 'us-east-1'])
  const { edge } = await functions(tables, 'http://127.0.0.1:1')
  expect((await edge(forged)).status).toBe('503')
})
