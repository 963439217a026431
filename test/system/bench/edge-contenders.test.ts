import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startChild } from '../../../bench/child.ts'
import { bundleEdgeContenders } from '../../../bench/edge/contenders/contenders.ts'
import { contenderNames, type ContenderName, type EdgeContender } from '../../../bench/edge/experiment.ts'
import { mintLinks } from '../../../bench/nonces.ts'
import { region } from '../../../bench/store/store.ts'
import { localKms } from '../../../bench/store/kms.ts'
import type { TerminatorAnswer, TerminatorQuestion } from '../../../bench/store/tls-terminator.ts'
import { type Certificate, makeCertificate } from '../../../emulator/certificate.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { localSecret } from '../../../emulator/local-secret.ts'
import { parseKeys } from '../../../shared/keys.ts'

const secret = localSecret().text
const closing = new AsyncDisposableStack()
let contenders: ReadonlyMap<ContenderName, EdgeContender>
let env: Readonly<Record<string, string>>
let store: DynamoDBClient
let identity: Certificate

/** Invokes the handler that it loads from the folder on the command line, once for each message. */
const runtime = `
const { handler } = await import(process.argv[2] + '/index.mjs')
process.on('message', event => handler(event).then(response => process.send(response)))
process.send('ready')
`

async function openAll(): Promise<void> {
  const folder = closing.adopt(mkdtempSync(join(tmpdir(), 'once-')), each => rmSync(each, { recursive: true }))
  contenders = new Map((await bundleEdgeContenders(folder)).map(contender => [contender.name, contender]))
  const tables = closing.adopt(await startDynalite([region]), each => each.close())
  const names = [...contenders.values()].map(({ table }) => table)
  await createTables(names, [region], tables.config)
  const { endpoint, credentials } = tables.config(region)
  store = closing.adopt(new DynamoDBClient({ region, ...tables.config(region) }), each => each.destroy())
  identity = makeCertificate(folder)
  const terminator = closing.adopt(
    await startChild<TerminatorQuestion, TerminatorAnswer>(
      join(import.meta.dirname, '../../../bench/store/tls-terminator.ts'),
      { env: {} },
    ),
    each => each.close(),
  )
  const { port } = (await terminator.ask({ kind: 'start', ...identity, ...localKms(secret), upstream: endpoint })) as {
    port: number
  }
  env = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: 'session-token',
    AWS_ENDPOINT_URL_DYNAMODB: `https://127.0.0.1:${port}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://127.0.0.1:${port}`,
    NODE_EXTRA_CA_CERTS: identity.certificateFile,
  }
  writeFileSync(join(folder, 'runtime.mjs'), runtime)
}

async function start(name: ContenderName, own: Readonly<Record<string, string>> = {}) {
  const contender = contenders.get(name)
  if (contender === undefined) throw new Error(`there is no contender ${name}`)
  const { folder } = contender
  const child = await startChild<object, unknown>(join(folder, '../runtime.mjs'), {
    args: [folder],
    env: { ...env, ...contender.env, ...own },
    stderr: 'pipe',
  })
  onTestFinished(() => child.close())
  return { contender, redeem: (nonce: string) => child.ask(contender.eventOf(nonce), 20_000) }
}

async function issue({ table, itemOf }: EdgeContender): Promise<string> {
  const [minted] = mintLinks(1, parseKeys(secret).mac)
  if (minted === undefined) throw new Error('no link was minted')
  const Item = itemOf(minted)
  if (Item !== undefined) await store.send(new PutItemCommand({ TableName: table, Item }))
  return minted.nonce
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)(`the contenders${hasOpenssl ? '' : ': openssl is not on the PATH'}`, () => {
  beforeAll(openAll, 60_000)
  afterAll(() => closing.disposeAsync())

  test('are in their order', () => {
    expect([...contenders.keys()]).toEqual(contenderNames)
  })

  describe('a link is granted once, and leads to the file:', { timeout: 30_000 }, () => {
    const file = 'releases/2026/11/handbook-of-the-edge-en.pdf'
    test.each([
      ['shipped', `"/${file}?response-content-disposition=`],
      ['baseline', `https://files.example.com/${file}?Policy=`],
      ['seed', `https://example-files.s3.us-east-1.amazonaws.com/${file}?X-Amz-Algorithm=`],
      ['bare', `https://files.example.com/${file}"`],
    ] as const)('%s', async (name, location) => {
      const { contender, redeem } = await start(name)
      for (const nonce of [await issue(contender), await issue(contender)]) {
        const [first, second] = [await redeem(nonce), await redeem(nonce)]
        expect(JSON.stringify(first)).toContain(location)
        expect([first, second].map(contender.isGranted)).toEqual([true, false])
      }
    })
  })

  test('the empty function needs no item, and grants everything', async () => {
    const { contender, redeem } = await start('empty')
    const [minted] = mintLinks(1, parseKeys(secret).mac)
    expect(minted && contender.itemOf(minted)).toBeUndefined()
    expect(contender.isGranted(await redeem(await issue(contender)))).toBe(true)
  })

  test('the seed is not bundled: it loads the SDK from the installed packages, as from Lambda’s runtime', () => {
    const code = readFileSync(join(contenders.get('seed')?.folder ?? '', 'index.mjs'), 'utf8')
    for (const name of ['client-dynamodb', 'client-s3', 's3-request-presigner'])
      expect(code).toContain(`"@aws-sdk/${name}"`)
    expect(code.length).toBeLessThan(2000)
  })

  test('the floor connects before its first request, keeps the connection, and replaces one that was hung up', async () => {
    const attributes = JSON.stringify({ Attributes: { key: { S: 'file' } } })
    const server = createServer({ cert: identity.certificate, key: identity.privateKey }, (request, response) => {
      request.resume().once('end', () => response.setHeader('content-length', attributes.length).end(attributes))
    })
    const connections: TLSSocket[] = []
    server.on('secureConnection', connection => connections.push(connection)).listen(0, '127.0.0.1')
    onTestFinished(() => server.close().closeAllConnections())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { redeem } = await start('bare', { AWS_ENDPOINT_URL_DYNAMODB: `https://127.0.0.1:${port}` })
    await vi.waitFor(() => expect(connections).toHaveLength(1), 10_000)
    await redeem('first')
    await redeem('second')
    expect(connections).toHaveLength(1)
    const [connection] = connections
    if (connection !== undefined) await once(connection.end(), 'close')
    await redeem('third')
    expect(connections).toHaveLength(2)
  })
})
