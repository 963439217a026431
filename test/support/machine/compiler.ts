import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const modules = join(import.meta.dirname, '../../../node_modules')

/** Options with which TypeScript knows Node.js, as a user has who installed its types. */
export const withNode: readonly string[] = ['--types', 'node', '--typeRoots', join(modules, '@types')]

/** Compiles a file strictly, in the folder of a user of a package, and writes nothing. Returns what the compiler has against it. */
export function compilerErrors(folder: string, file: string, options: readonly string[]): string {
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--ignoreConfig']
  const tsc = join(modules, 'typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, ...strict, ...options, file], { cwd: folder, encoding: 'utf8' }).stdout
}
