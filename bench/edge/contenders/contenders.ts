import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { bundleModule, writeBundle } from '../../../construct/bundle.ts'
import { itemOfLink, type LinkItem } from '../../../shared/link-item.ts'
import { bundleBaseline, bundleShipped, type Contender } from '../../contenders.ts'
import { browserEvent, host } from '../../event.ts'
import type { Minted } from '../../nonces.ts'
import type { EdgeContender } from '../experiment.ts'

const root = join(import.meta.dirname, '../../..')

/** Writes all contenders into subfolders of `folder`, as Lambda would unpack them, in the order of `contenderNames`. */
export async function bundleEdgeContenders(folder: string): Promise<readonly EdgeContender[]> {
  const shipped = await bundleShipped(join(folder, 'shipped'), 'shipped-links')
  const baseline = await bundleBaseline(join(folder, 'baseline'), 'baseline-links')
  return [
    edgeContender(shipped, 'shipped'),
    edgeContender(baseline, 'baseline'),
    await writeSeed(join(folder, 'seed')),
    await bundleByHand('empty', folder),
    await bundleByHand('bare', folder),
  ]
}

const viewerRequest = { handler: 'index.handler', eventOf: browserEvent } as const

const isRedirect = (response: unknown) => (response as { status?: string } | undefined)?.status === '302'

function edgeContender({ folder, table, itemOf }: Contender, name: 'shipped' | 'baseline'): EdgeContender {
  return { ...viewerRequest, name, folder, table, itemOf, isGranted: isRedirect }
}

async function bundleByHand(name: 'empty' | 'bare', folder: string): Promise<EdgeContender> {
  const [own, table] = [join(folder, name), `${name}-links`]
  await writeBundle(await bundleModule(join(import.meta.dirname, `${name}.ts`), { TABLE: JSON.stringify(table) }), own)
  const itemOf = name === 'empty' ? () => undefined : itemWithNonce
  return { ...viewerRequest, name, folder: own, table, itemOf, isGranted: isRedirect }
}

/** Like Lambda's runtime, its folder has the SDK's packages as they are installed. */
async function writeSeed(folder: string): Promise<EdgeContender> {
  const table = 'seed-links'
  await writeBundle(await bundleModule(join(import.meta.dirname, 'seed.ts'), {}, { packages: 'external' }), folder)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return {
    name: 'seed',
    folder,
    handler: 'index.handler',
    table,
    itemOf: itemWithNonce,
    eventOf: proxyEvent,
    env: { TABLE_NAME: table, BUCKET_NAME: 'example-files' },
    isGranted: response => (response as { statusCode?: number } | undefined)?.statusCode === 302,
  }
}

function itemWithNonce({ nonce, link }: Minted): LinkItem {
  return { ...itemOfLink(link), id: { S: nonce } }
}

/** Makes the event of a browser's `GET /d/{nonce}` at an API Gateway REST API (AWS, "Lambda proxy integrations"). */
function proxyEvent(nonce: string): APIGatewayProxyEvent {
  const { clientIp = '', headers = {} } = browserEvent(nonce).Records[0]?.cf.request ?? {}
  const fields = Object.values(headers).map(values => [values[0]?.key ?? '', values[0]?.value ?? ''] as const)
  const path = `/d/${nonce}`
  return {
    resource: '/d/{nonce}',
    path,
    httpMethod: 'GET',
    headers: Object.fromEntries(fields),
    multiValueHeaders: Object.fromEntries(fields.map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { nonce },
    stageVariables: null,
    requestContext: requestContext(path, clientIp, headers['user-agent']?.[0]?.value ?? ''),
    body: null,
    isBase64Encoded: false,
  }
}

function requestContext(path: string, sourceIp: string, userAgent: string): APIGatewayProxyEvent['requestContext'] {
  const requestTimeEpoch = Date.now()
  return {
    accountId: '123456789012',
    apiId: '1234567890',
    domainName: host,
    domainPrefix: host.slice(0, host.indexOf('.')),
    httpMethod: 'GET',
    path,
    protocol: 'HTTP/1.1',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    requestTimeEpoch,
    resourceId: '123456',
    resourcePath: '/d/{nonce}',
    stage: 'prod',
    authorizer: null,
    identity: { ...noIdentity, sourceIp, userAgent },
  }
}

const noIdentity = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
} as const
