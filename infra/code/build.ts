import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePinnedVersion, bundleGate } from '../../edge/gate/bundle.ts'
import { bundleCode } from './bundle.ts'
import { functionEntries, type FunctionName, moduleFile, scriptFile, type ScriptName } from './function-entries.ts'

/** The files of each function, by the names of its folder and of the file. */
type FunctionFiles<T> = Readonly<Record<FunctionName | ScriptName, Readonly<Record<string, T>>>>

/**
 * Bundles every function, without settings, into a subfolder of `folder`, which it empties first. The same sources give the same
 * bytes for every deployment. Resolves to the sizes of all files, in bytes.
 */
export async function writeFunctions(folder: string): Promise<FunctionFiles<number>> {
  const files = await bundleAll()
  await rm(folder, { recursive: true, force: true })
  const written = Object.entries(files).map(async ([name, texts]) => {
    await mkdir(join(folder, name), { recursive: true })
    await Promise.all(Object.entries(texts).map(async ([file, text]) => writeFile(join(folder, name, file), text)))
    return [name, sizesOf(texts)]
  })
  return Object.fromEntries(await Promise.all(written)) as FunctionFiles<number>
}

async function bundleAll(): Promise<FunctionFiles<string>> {
  const modules = Object.entries(functionEntries).map(async ([name, entry]): Promise<[string, object]> => {
    const { code, chunks } = await bundleCode(entry)
    return [name, { [moduleFile]: code, ...chunks }]
  })
  return {
    ...(Object.fromEntries(await Promise.all(modules)) as FunctionFiles<string>),
    gate: { [scriptFile]: await bundleGate() },
    'pinned-version': { [scriptFile]: await bundlePinnedVersion() },
  }
}

function sizesOf(texts: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, Buffer.byteLength(text)]))
}
