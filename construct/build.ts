import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bundleDelivery, bundleGate } from '../gate/bundle.ts'
import { type Bundle, bundleCode, writeBundle } from './bundle.ts'
import { functionEntries, scriptFile, type ScriptName } from './function-entries.ts'

/**
 * Bundles every function, without settings, into a subfolder of `folder`, which it empties first. The same sources give the same
 * bytes for every deployment.
 */
export async function writeFunctions(folder: string): Promise<void> {
  const bundles = Object.entries(functionEntries).map(async ([name, entry]) => [name, await bundleCode(entry)] as const)
  const scripts = { gate: await bundleGate(), delivery: await bundleDelivery() } satisfies Record<ScriptName, string>
  await rm(folder, { recursive: true, force: true })
  await Promise.all((await Promise.all(bundles)).map(async ([name, bundle]) => writeBundle(bundle, join(folder, name))))
  await Promise.all(
    Object.entries(scripts).map(async ([name, text]) => writeScript(text, join(folder, name, scriptFile))),
  )
}

async function writeScript(text: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** Returns the bytes of a bundle: what Lambda loads at a cold start, and what it imports later. */
export function sizeOf({ code, chunks }: Pick<Bundle, 'code' | 'chunks'>): number {
  return [code, ...Object.values(chunks)].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}
