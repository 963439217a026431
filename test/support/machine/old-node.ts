import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const versionOf = (node: string) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''

/** Path of this machine's Node.js if it is too old to run TypeScript; otherwise undefined. */
export const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter(folder => !folder.includes('node_modules'))
  .map(folder => join(folder, 'node'))
  .find(node => Number(/^v(\d+)/.exec(versionOf(node))?.[1]) < 24)
