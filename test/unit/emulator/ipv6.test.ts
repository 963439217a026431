import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import { createGate } from '../../../emulator/cloudfront/gate.ts'
import { folderOrigin } from '../../../emulator/s3/origin.ts'
import { openServers, type ServersOptions } from '../../../emulator/servers.ts'
import { bundleGate } from '../../../gate/bundle.ts'
import { assert } from '../../../shared/errors.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { testKeyGroup } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { sampleBucket } from '../../support/media-bucket.ts'
import { ownPorts } from '../../support/ports.ts'
import { signedUrl } from '../../support/signed-content.ts'

const hasIpv6 = Object.values(networkInterfaces()).some(each => each?.some(({ address }) => address === '::1'))

const tellAddress: RequestListener = (request, response) => response.end(request.socket.remoteAddress)

/** Opens the servers of one edge and returns that edge's port; they close with the test. */
async function portOfEdge(options: Partial<ServersOptions>, listener = tellAddress): Promise<number> {
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  const { edges } = await openServers({ port: 0, regions: ['us-east-1'], ...options }, opened)
  const edge = edges.get('us-east-1')
  assert(edge, 'there is one edge')
  edge.serve(listener)
  return Number(new URL(edge.origin).port)
}

async function connectTo(host: string, port: number): Promise<void> {
  const socket = connect(port, host)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
}

describe.skipIf(!hasIpv6)('over IPv6', () => {
  test('an edge listens on both loopback addresses, on one port, and sees the address of the connection', async () => {
    const port = await portOfEdge({ ipv6: true })
    for (const from of ['::1', '127.0.0.1', '127.0.0.2'])
      expect((await ask(`http://localhost:${port}/`, { from })).body).toBe(from)
  })

  test('an edge does not listen unless it is asked to', async () => {
    await expect(connectTo('::1', await portOfEdge({}))).rejects.toThrow('ECONNREFUSED')
  })

  test('api and S3 never listen', async () => {
    const { api, s3 } = await emulatorHere({ bucket: temporaryFolder(), ipv6: true })
    for (const { port } of [new URL(api), new URL(s3)])
      await expect(connectTo('::1', Number(port))).rejects.toThrow('ECONNREFUSED')
  })

  test.each(['127.0.0.1', '::1'])('an edge whose port is in use on %s says so', async address => {
    const port = await ownPorts()
    const occupant = createServer()
    onTestFinished(() => void occupant.close())
    // The edge gets the port after the api's.
    await once(occupant.listen(port + 1, address), 'listening')
    await expect(portOfEdge({ ipv6: true, port })).rejects.toThrow(`port ${port + 1} of ${address} is unavailable`)
  })

  test('a signed URL that is bound to a network of 64 bits works from there only', async () => {
    const content = { keyGroup: testKeyGroup, origin: folderOrigin(sampleBucket), now: () => noon }
    const gate = createGate(await bundleGate())
    const viewers = serveViewers({ ...content, gate, viewerRequest: async () => undefined })
    const file = `http://localhost:${await portOfEdge({ ipv6: true }, viewers)}/hello.txt?l=${'A'.repeat(22)}`
    const here = signedUrl(`${file}&a=6${'0'.repeat(16)}`)
    const elsewhere = signedUrl(`${file}&a=620010db800000000`)
    expect((await ask(here, { from: '::1' })).status).toBe(200)
    expect(await ask(here, { from: '127.0.0.1' })).toMatchObject({ status: 403, headers: { 'x-once': 'gate' } })
    expect(await ask(elsewhere, { from: '::1' })).toMatchObject({ status: 403, headers: { 'x-once': 'gate' } })
  })
})
