import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { bundleGate, bundleGateForPages, bundlePinnedVersion } from '../../edge/gate/bundle.ts'
import { pageFiles } from '../../console/page-files.ts'
import { bundleCode } from './bundle.ts'
import { type FolderName, functionEntries, moduleFile, scriptFile } from './function-entries.ts'

/** The files of each function and of the page, by the names of the folder and of the file. */
type FunctionFiles<T> = Readonly<Record<FolderName, Readonly<Record<string, T>>>>

/**
 * Bundles every function, without settings, and the page for senders, each into a subfolder of `folder`, which it empties first. The
 * same sources give the same bytes for every deployment. Resolves to the sizes of all files, in bytes.
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
    'gate-for-pages': { [scriptFile]: await bundleGateForPages() },
    'pinned-version': { [scriptFile]: await bundlePinnedVersion() },
    'send-page': Object.fromEntries(
      // A hosted page has no place for a session's secret.
      [...(await pageFiles())].map(([path, { body }]) => [
        basename(path) || 'index.html',
        body.replace('{{token}}', ''),
      ]),
    ),
  }
}

function sizesOf(texts: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  // Sorted, because esbuild returns chunks in no fixed order.
  return Object.fromEntries(
    Object.keys(texts)
      .toSorted()
      .map(file => [file, Buffer.byteLength(texts[file] ?? '')]),
  )
}
