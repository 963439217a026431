import type { RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { listenOnLoopback, type LoopbackServer } from '../../../emulator/servers.ts'

/** Serves on a free port of loopback; ends with the test. */
export async function serveHere(listener: RequestListener): Promise<LoopbackServer> {
  const server = await listenOnLoopback(0)
  onTestFinished(() => server.close())
  server.serve(listener)
  return server
}
