import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../../bench/child.ts'
import { makeCertificateChain } from '../../../bench/edge/certificates.ts'
import { localKms } from '../../../bench/store/kms.ts'
import type { TerminatorAnswer, TerminatorQuestion } from '../../../bench/store/tls-terminator.ts'
import { temporaryFolder } from '../../support/folder.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const file = join(import.meta.dirname, '../../../bench/store/tls-terminator.ts')
const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue' }

/** Starts the terminator with a chain for `localhost`. */
async function started() {
  const { certificateFile, ...identity } = makeCertificateChain(temporaryFolder(), 'localhost')
  const terminator = await startChild<TerminatorQuestion, TerminatorAnswer>(file, { env: {} })
  onTestFinished(() => terminator.close())
  const start = { kind: 'start', ...identity, ...localKms('{}'), upstream: 'http://127.0.0.1:1' } as const
  const { port } = (await terminator.ask(start)) as { port: number }
  const agent = new Agent({ keepAlive: true, ca: readFileSync(certificateFile) })
  onTestFinished(() => agent.destroy())
  async function getSecret(): Promise<{ socket: TLSSocket; body: unknown }> {
    const sent = request({ host: 'localhost', port, agent, headers, method: 'POST' }).end('{"SecretId":"keys"}')
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const socket = response.socket as TLSSocket
    return { socket, body: await json(response) }
  }
  return { terminator, getSecret }
}

const missing = hasOpenssl ? '' : ': openssl is not on the PATH'

describe.skipIf(!hasOpenssl)(`the service of the bench${missing}`, { timeout: 30_000 }, () => {
  test('proves its name with a chain of three RSA-2048 certificates over TLS 1.3', async () => {
    const { getSecret } = await started()
    const { socket, body } = await getSecret()
    expect(body).toMatchObject({ SecretString: '{}' })
    expect(socket.authorized).toBe(true)
    expect(socket.getProtocol()).toBe('TLSv1.3')
    const leaf = socket.getPeerCertificate(true)
    const chain = [leaf, leaf.issuerCertificate, leaf.issuerCertificate.issuerCertificate]
    expect(chain.map(({ subject, bits }) => [subject.CN, bits])).toEqual([
      ['leaf', 2048],
      ['intermediate', 2048],
      ['root', 2048],
    ])
  })

  test('hangs up on idle connections when it is asked to, and accepts new ones', async () => {
    const { terminator, getSecret } = await started()
    const { socket } = await getSecret()
    const closed = once(socket, 'close')
    expect(await terminator.ask({ kind: 'hang-up' })).toEqual({ connections: 1 })
    await closed
    expect((await getSecret()).body).toMatchObject({ SecretString: '{}' })
    expect(await terminator.ask({ kind: 'count' })).toEqual({ GetSecretValue: 2 })
  })
})
