import type { APIGatewayProxyResult, CloudFrontResultResponse } from 'aws-lambda'
import { expect, onTestFinished, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { bundleFunction } from '../../../construct/bundle.ts'
import { proxyEvent } from '../../support/api.ts'
import { databaseEnvironment } from '../../support/database-environment.ts'
import { testDeployment } from '../../support/deployment.ts'
import { measurementsIn } from '../../support/emf.ts'
import { startFaultServer } from '../../support/fault-server.ts'
import { functionProcess } from '../../support/function-process.ts'
import { keyInKms, startKms } from '../../support/kms.ts'
import { headerOf, viewerRequest } from '../../support/viewer-request.ts'

/** Starts the functions that ship, each in its own process, for a deployment called `files`. */
async function functions() {
  const tables = await startDynalite(['eu-west-1'])
  onTestFinished(() => tables.close())
  const { endpoint } = await startKms(keyInKms('ECDSA_SHA_256'))
  const deployment = testDeployment({ name: 'files', signer: 'kms', homeRegions: ['eu-west-1'] })
  await createTables([deployment.linksTable, deployment.apiStateTable], ['eu-west-1'], tables.config)
  const env = {
    AWS_REGION: 'eu-west-1',
    ...databaseEnvironment(tables.config('eu-west-1')),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_ENDPOINT_URL_KMS: endpoint,
  }
  // Only the exchange knows the bucket: it signs without a call to S3, but issuing would look at an object there.
  const bucket = { BUCKET: 'files-content', BUCKET_REGION: 'eu-west-1' }
  const [edge, api, exchange] = await Promise.all([
    bundleFunction('edge/main.ts', deployment),
    bundleFunction('api/main.ts', deployment),
    bundleFunction('api/exchange-main.ts', deployment),
  ])
  const losing = { ...env, AWS_ENDPOINT_URL_DYNAMODB: (await startFaultServer('reset')).endpoint }
  return {
    edge: await functionProcess(edge, env),
    losingEdge: await functionProcess(edge, losing),
    api: await functionProcess(api, env),
    exchange: await functionProcess(exchange, { ...env, ...bucket }),
  }
}

/** Sums of CloudWatch's metrics in log lines, by name and dimensions. */
function counted(lines: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { name, by, value } of lines.flatMap(measurementsIn)) {
    const key = `${name} ${Object.values(by).join()}`
    sums[key] = (sums[key] ?? 0) + value
  }
  return sums
}

/** Outcome and reason in each of the lines. */
const outcomesIn = (lines: readonly string[]) =>
  lines
    .map(line => JSON.parse(line) as { outcome: string; reason?: string })
    .map(({ outcome, reason }) => `${outcome} ${reason}`)

test('the functions that ship print refusals alone, count only unknown outcomes, and reveal no secret', async () => {
  const { edge, losingEdge, api, exchange } = await functions()
  const issue = async () => {
    const response = await api.invoke(proxyEvent('POST', '/links', { body: { key: 'secret-plans.pdf' } }))
    const { id, url } = JSON.parse((response as APIGatewayProxyResult).body) as { id: string; url: string }
    return { id, uri: new URL(url).pathname }
  }
  const [used, revoked, exchanged] = [await issue(), await issue(), await issue()]
  await api.invoke(proxyEvent('DELETE', `/links/${revoked.id}`))
  await api.invoke(proxyEvent('GET', `/links/${revoked.id}`))
  await api.invoke(proxyEvent('GET', '/nowhere'))
  const trade = () => exchange.invoke(proxyEvent('POST', '/exchange', { body: { nonce: exchanged.uri.slice(3) } }))
  expect(await trade()).toMatchObject({ statusCode: 200 })
  expect(await trade()).toMatchObject({ statusCode: 403 })
  const open = (request: Partial<Parameters<typeof viewerRequest>[0]>) =>
    edge.invoke(viewerRequest({ uri: used.uri, ...request })) as Promise<CloudFrontResultResponse>
  await open({ method: 'HEAD' })
  expect(headerOf(await open({}), 'location')).toMatch(/^\/secret-plans\.pdf\?.+&Policy=/)
  await open({})
  for (const uri of [revoked.uri, '/d/x', `/d/E${'A'.repeat(42)}`]) await open({ uri })
  expect(await losingEdge.invoke(viewerRequest({ uri: used.uri }))).toMatchObject({ status: '503' })

  const logs = await Promise.all([edge, losingEdge, api, exchange].map(each => each.logged()))
  expect(logs.map(outcomesIn)).toEqual([
    ['refused spent', 'refused revoked', 'refused malformed', 'refused forged'],
    ['refused outcome-unknown'],
    ['refused no-such-route'],
    ['refused spent'],
  ])
  expect(logs.map(counted)).toEqual([{}, { 'OutcomeUnknown files': 1 }, {}, {}])
  const nonces = [used, revoked, exchanged].map(({ uri }) => uri.slice(3, 20))
  for (const secret of ['secret-plans', '203.0.113', 'https:', 'Signature', 'mrk-', ...nonces])
    expect(logs.flat().join()).not.toContain(secret)
})
