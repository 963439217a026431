import { access, constants, readFile, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Machine } from '../ports/machine.ts'

const root = join(import.meta.dirname, '../..')

/** The machine that this process runs on. */
export const machine: Machine = {
  node: process.versions.node,
  host: `${userInfo().username}@${hostname()}`,
  read: path => readFile(join(root, path), 'utf8').catch(() => undefined),
  canRun: path =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    ),
  isFree: port =>
    new Promise(resolve => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
    }),
  async freeBytes() {
    const systems = await Promise.all([root, tmpdir()].map(async folder => statfs(folder)))
    return Math.min(...systems.map(({ bavail, bsize }) => bavail * bsize))
  },
}
