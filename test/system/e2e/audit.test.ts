import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { APIGatewayProxyResult } from 'aws-lambda'
import { expect, onTestFinished, test, vi } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { proxyEvent } from '../../support/api/api.ts'
import { databaseEnvironment } from '../../support/table/database-environment.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { eventBridgeHere } from '../../support/events/event-bridge.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { loadBundle } from '../../support/edge/load-bundle.ts'
import { secretsManager } from '../../support/keys/secrets-manager.ts'

const region = 'eu-west-1'
const issuers = issuersOf({
  id: 'reports',
  principal: roleArn('reports'),
  prefixes: ['reports/'],
  verbs: ['issue', 'revoke'],
})

test('the api that ships publishes what its callers do, to the bus of its Region, as docs/access.md says', async () => {
  const tables = await startDynalite([region])
  onTestFinished(() => tables.close())
  const deployment = testDeployment({ homeRegions: [region] })
  await createTables([deployment.linksTable, deployment.apiStateTable], [region], tables.config)
  const [secrets, events] = [await secretsManager(), await eventBridgeHere()]
  const env = {
    AWS_REGION: region,
    AUDIT_BUS: 'once',
    ISSUERS: JSON.stringify(issuers),
    LINK_ORIGIN: 'https://files.example.com',
    ...databaseEnvironment(tables.config(region)),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: events.endpoint,
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const { handler } = await loadBundle(await bundleFunction('api/links/main.ts', deployment))
  const callAs = async (role: string, line: string, body?: object) => {
    const [method = '', path = ''] = line.split(' ')
    return (await handler(proxyEvent(method, path, { body, ...asRole(role) }))) as APIGatewayProxyResult
  }

  const issued = await callAs('reports', 'POST /links', { key: 'reports/secret-name', reference: 'case 17' })
  const { id, url } = JSON.parse(issued.body) as { id: string; url: string }
  await callAs('reports', 'POST /links', { key: 'audits/secret-name' })
  await callAs('other', `DELETE /links/${id}`)
  await callAs('reports', `DELETE /links/${id}`)

  const seen = events.accepted.map(({ detail: { action, outcome, reason, id: link, issuer } }) =>
    [action, outcome, reason, link, issuer].map(each => each ?? '-').join(' '),
  )
  expect(seen).toEqual([
    `issue done - ${id} reports`,
    'issue refused key-not-allowed - reports',
    'revoke refused not-an-issuer - -',
    `revoke done - ${id} reports`,
  ])
  expect(new Set(events.requests)).toEqual(new Set([`AWSEvents.PutEvents ${region} 1`]))
  const text = JSON.stringify(events.accepted)
  for (const secret of [url.slice(-43), 'secret-name', 'case 17']) expect(text).not.toContain(secret)
  const page = readFileSync(join(import.meta.dirname, '../../../docs/access.md'), 'utf8')
  for (const name of events.accepted.flatMap(({ detail }) => Object.keys(detail))) expect(page).toContain(`\`${name}\``)
})
