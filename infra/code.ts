import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment } from '../shared/deployment.ts'
import { type Bundle, bundleFunction } from './bundle.ts'

/** The entries of all functions, by what they are called here. */
const entries = {
  edge: 'edge/main.ts',
  api: 'api/main.ts',
  exchange: 'api/exchange-main.ts',
  sweeper: 'api/sweeper-main.ts',
  keys: 'keys/main.ts',
  events: 'events/main.ts',
} as const

/** A folder for each function that holds its bundle and nothing else: what is zipped and shipped. */
export type Code = Readonly<Record<keyof typeof entries, string>>

/** Bundles every function into `folder`, which is emptied first. The same deployment gives the same bytes. */
export async function writeCode(deployment: Deployment, folder: string): Promise<Code> {
  await rm(folder, { recursive: true, force: true })
  const written = Object.entries(entries).map(async ([name, entry]) => {
    const own = join(folder, name)
    await writeBundle(await bundleFunction(entry, deployment), own)
    return [name, own]
  })
  return Object.fromEntries(await Promise.all(written)) as Code
}

/** Writes a bundle into `folder`, as Lambda unpacks it: `index.mjs` is what it loads, and its path is given back. */
export async function writeBundle({ code, chunks }: Pick<Bundle, 'code' | 'chunks'>, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = Object.entries({ ...chunks, 'index.mjs': code })
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
  return join(folder, 'index.mjs')
}
