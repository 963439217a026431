import { listenOnLoopback } from '../../../emulator/servers.ts'

const first = 10_000
/** More than an emulator or Swift takes. */
const blockSize = 12
const blocks = 1800

/**
 * Returns the first of 12 free ports in a row, which nothing takes before the caller listens. The system gives ports from
 * 32,768 on to connections and to servers without a port (Linux, `ip_local_port_range`), so one of those that was free a
 * moment ago may be another test's now. These are below, and each process has others.
 */
export async function ownPorts(): Promise<number> {
  for (let turn = 0; turn < blocks; turn += 1) {
    const port = first + ((process.pid + turn) % blocks) * blockSize
    if (await areFree(port)) return port
  }
  throw new Error('no 12 ports in a row are free')
}

/** Returns an origin at which no server listens, now or later. */
export async function closedOrigin(): Promise<string> {
  return `http://127.0.0.1:${await ownPorts()}`
}

async function areFree(port: number): Promise<boolean> {
  const block = Array.from({ length: blockSize }, (_, index) => listenOnLoopback(port + index))
  const tried = await Promise.allSettled(block)
  const servers = tried.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  await Promise.all(servers.map(server => server.close()))
  return servers.length === blockSize
}
