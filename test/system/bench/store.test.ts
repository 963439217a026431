import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { json } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { makeCertificateChain } from '../../../bench/edge/certificates.ts'
import { startStore } from '../../../bench/store/store.ts'
import { localSecret } from '../../../emulator/local-secret.ts'
import { temporaryFolder } from '../../support/folder.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const missing = hasOpenssl ? '' : ': openssl is not on the PATH'

test.skipIf(!hasOpenssl)(
  `the store of the bench proves its name with a chain of RSA-2048 certificates, answers and counts${missing}`,
  { timeout: 30_000 },
  async () => {
    const secret = localSecret().text
    const store = await startStore(makeCertificateChain(temporaryFolder(), 'localhost'), secret)
    onTestFinished(() => store.close())
    const { port } = new URL(store.endpoint)
    const agent = new Agent({ keepAlive: true, ca: readFileSync(store.certificateFile) })
    onTestFinished(() => agent.destroy())
    async function send(target: string): Promise<{ socket: TLSSocket; body: unknown }> {
      const headers = { 'x-amz-target': target }
      const sent = request({ host: 'localhost', port, agent, headers, method: 'POST' }).end(
        '{"SecretId":"keys","Key":{"id":{"S":"a"}}}',
      )
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return { socket: response.socket as TLSSocket, body: await json(response) }
    }
    const { socket, body } = await send('secretsmanager.GetSecretValue')
    expect(body).toMatchObject({ SecretString: secret })
    expect(socket.getProtocol()).toBe('TLSv1.3')
    const leaf = socket.getPeerCertificate(true)
    const chain = [leaf, leaf.issuerCertificate, leaf.issuerCertificate.issuerCertificate]
    expect(chain.map(({ subject, bits }) => [subject.CN, bits])).toEqual([
      ['leaf', 2048],
      ['intermediate', 2048],
      ['root', 2048],
    ])
    const { body: written } = await send('DynamoDB_20120810.DeleteItem')
    expect(written).toMatchObject({ Attributes: { id: { S: 'a' }, homeRegion: { S: 'us-east-1' } } })
    expect(await store.calls()).toEqual({ GetSecretValue: 1, DeleteItem: 1 })
    expect(await store.calls()).toEqual({})
  },
)
