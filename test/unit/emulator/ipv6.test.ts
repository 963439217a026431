import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openServers, type ServersOptions } from '../../../emulator/servers.ts'
import { assert } from '../../../shared/errors.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { ownPorts } from '../../support/ports.ts'

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
})
