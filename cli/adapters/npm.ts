import { join } from 'node:path'

/** The folder of our package.json. */
const root = join(import.meta.dirname, '../..')

/**
 * `npm run once` runs in the folder of our package.json and leaves where it was called in INIT_CWD (npm, "npm run"): names
 * of files are meant from there. Scripts of other packages that run us stand where they want to.
 */
export function standWhereTheUserDoes(): void {
  const { INIT_CWD: folder, npm_package_name: name } = process.env
  if (folder !== undefined && name === 'once-at-edge' && process.cwd() === root) process.chdir(folder)
}
