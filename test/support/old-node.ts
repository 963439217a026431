import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const versionOf = (node: string) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''

/** This machine's own Node.js, by its path, where it is too old to run TypeScript; undefined where there is none. */
export const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter(folder => !folder.includes('node_modules'))
  .map(folder => join(folder, 'node'))
  .find(node => Number(/^v(\d+)/.exec(versionOf(node))?.[1]) < 24)
