import { request as forwardTo } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startSharedDynalite } from '../../../emulator/dynamodb/tables.ts'
import { type Bundle, bundleFunction } from '../../../infra/code/bundle.ts'
import type { NonceFlags } from '../../../shared/nonce.ts'
import { type EpochMs, plusSeconds, secondsOf } from '../../../shared/time.ts'
import { databaseEnvironment } from '../../support/table/database-environment.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { dynamodbError, type Fault, startFaultServer } from '../../support/edge/fault-server.ts'
import { functionProcess } from '../../support/edge/function-process.ts'
import { makeLink } from '../../support/table/links.ts'
import { secretsManager } from '../../support/keys/secrets-manager.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

const deployment = testDeployment({ homeRegions: ['us-east-1'], linksTable: 'warm-links' })

/** The edge as Lambda loads it, and the same function if nothing were done before its first request. */
const [shipped, unprepared] = (await Promise.all(
  ['edge/main.ts', 'edge/function-main.ts'].map(async entry => bundleFunction(entry, deployment)),
)) as [Bundle, Bundle]

/** A service that works. */
interface Service {
  readonly endpoint: string
  /** Returns the number of requests that have arrived. */
  requests(): number
  /** Returns the number of connections on which they arrived. */
  connections(): number
}

/** A store with one link, and the secret. */
async function services(
  flags: Partial<NonceFlags> = {},
): Promise<{ store: Service; secret: Service; uri: string; env: Record<string, string> }> {
  const tables = await startSharedDynalite()
  onTestFinished(() => tables.close())
  await createTables([deployment.linksTable], ['us-east-1'], tables.config)
  const expiresAt = plusSeconds(secondsOf(Date.now() as EpochMs), 3600)
  const { nonce, link } = makeLink({ expiresAt }, flags)
  await dynamodbLinks(deployment.linksTable, dynamodbIn(['us-east-1'], tables.config)).put(link, 'us-east-1')
  const env = databaseEnvironment(tables.config('us-east-1'))
  const secrets = await secretsManager()
  return {
    store: await forwarding(env.AWS_ENDPOINT_URL_DYNAMODB),
    secret: await forwarding(secrets.endpoint),
    uri: `/d/${nonce}`,
    env: { ...env, AWS_REGION: 'us-east-1' },
  }
}

/** Forwards each request to `endpoint` after `delayMs`, and counts it. */
async function forwarding(endpoint: string, delayMs = 0): Promise<Service> {
  let requests = 0
  const sockets = new Set<Socket>()
  const { origin } = await serveHere((request, response) => {
    requests += 1
    sockets.add(request.socket)
    setTimeout(() => {
      // With the Host header of the request, which is signed.
      const forwarded = forwardTo(endpoint, { method: 'POST', headers: request.headers }, answered => {
        response.writeHead(answered.statusCode ?? 502, answered.headers)
        answered.pipe(response)
      })
      request.pipe(forwarded)
    }, delayMs)
  })
  return { endpoint: origin, requests: () => requests, connections: () => sockets.size }
}

/** Returns the status of the first response and what the log says of it: one line if it is a refusal. */
async function firstResponse(bundle: Bundle, env: Record<string, string>, uri: string) {
  const edge = await functionProcess(bundle, env)
  const { status } = (await edge.invoke(viewerRequest({ uri }))) as CloudFrontResultResponse
  const lines = (await edge.logged()).map(line => JSON.parse(line) as { outcome: string; reason?: string })
  expect(lines).toHaveLength(status === '302' ? 0 : 1)
  return [status, lines[0]?.outcome, lines[0]?.reason]
}

const faulty = async (fault: Fault) => (await startFaultServer(fault)).endpoint
const unavailable = dynamodbError(500, 'InternalServerError')

/** Endpoints of a service that is away, fails or is slow. */
const endpoints = {
  'refuses connections': async () => 'http://127.0.0.1:1',
  'has no address': async () => 'https://host.invalid',
  fails: async () => faulty(unavailable),
  'resets connections': async () => faulty('reset'),
  'does not respond': async () => faulty('black hole'),
  'is slow': async (endpoint: string) => (await forwarding(endpoint, 500)).endpoint,
} as const satisfies Record<string, (endpoint: string) => Promise<string>>

const variables = { secret: 'AWS_ENDPOINT_URL_SECRETS_MANAGER', store: 'AWS_ENDPOINT_URL_DYNAMODB' } as const

describe('before its first request the edge', () => {
  test('has read the secret and has asked nothing of the store', async () => {
    const { store, secret, uri, env } = await services()
    const all = { ...env, [variables.secret]: secret.endpoint, [variables.store]: store.endpoint }
    const edge = await functionProcess(shipped, all)
    await vi.waitFor(() => expect(secret.requests()).toBe(1), 5000)
    await pause(200)
    expect(store.requests()).toBe(0)
    expect(await edge.invoke(viewerRequest({ uri }))).toMatchObject({ status: '302' })
    expect([secret.requests(), store.requests()]).toEqual([1, 1])
    expect(await edge.logged()).toEqual([])
  })

  const faults = Object.entries(endpoints)
  test.each([
    ...faults.map(([what, at]) => ['secret', what, at] as const),
    ...faults.map(([what, at]) => ['store', what, at] as const),
  ])('may find that the %s %s: the first response is the same as without a warm-up', async (which, _, at) => {
    const responses = [shipped, unprepared].map(async bundle => {
      const { store, secret, uri, env } = await services()
      const working = { [variables.secret]: secret.endpoint, [variables.store]: store.endpoint }
      const endpoint = await at(working[variables[which]] ?? '')
      return firstResponse(bundle, { ...env, ...working, [variables[which]]: endpoint }, uri)
    })
    const [prepared, expected] = await Promise.all(responses)
    expect(prepared).toEqual(expected)
    expect(prepared?.[0]).toBe(at === endpoints['is slow'] ? '302' : '503')
  })
})

test('a confirmation page leaves a connection to the store for its form', async () => {
  const { store, secret, uri, env } = await services({ confirm: true })
  const all = { ...env, [variables.secret]: secret.endpoint, [variables.store]: store.endpoint }
  const edge = await functionProcess(unprepared, all)
  const headers = { Accept: 'text/html' }
  const page = (await edge.invoke(viewerRequest({ uri, headers }))) as CloudFrontResultResponse
  const querystring = /action="\?(confirm=[\w.-]+)"/.exec(page.body ?? '')?.[1] ?? ''
  const [cookie = ''] = (headerOf(page, 'set-cookie') ?? '').split(';')
  const confirmation = viewerRequest({ uri, method: 'POST', querystring, headers: { ...headers, Cookie: cookie } })
  await pause(1000) // a form that is sent sooner is not a person's
  const redeemed = (await edge.invoke(confirmation)) as CloudFrontResultResponse
  expect([redeemed.status, headerOf(redeemed, 'refresh')]).toEqual(['200', expect.stringMatching(/^0;url=\//)])
  expect([store.requests(), store.connections()]).toEqual([2, 1])
})
