import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'

/** A cloud assembly as text: the content of each file by its path. */
type Files = Readonly<Record<string, string>>

const fileOf = (version: string): string => join(import.meta.dirname, `${version}.json.br`)

/** What the CDK writes into an assembly for people and tools: a deployment doesn't need it. */
const notDeployed = /^(tree|validation-report|[^/]+\.metadata)\.json$/

/** Keeps the cloud assembly of a release in one file beside this one. */
export function packRelease(version: string, folder: string): void {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(path => !notDeployed.test(path))
    .toSorted()
  const files: Files = Object.fromEntries(paths.map(path => [path, readFileSync(join(folder, path), 'utf8')]))
  const manifest = JSON.stringify(withoutRemoved(JSON.parse(files['manifest.json'] ?? '') as Manifest))
  writeFileSync(fileOf(version), brotliCompressSync(JSON.stringify({ ...files, 'manifest.json': manifest })))
}

/** Writes the cloud assembly of a release, with profile `standard`, to a folder. */
export function unpackRelease(version: string, folder: string): void {
  const files = JSON.parse(brotliDecompressSync(readFileSync(fileOf(version))).toString()) as Files
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** What this reads of a manifest (CDK, "Cloud assembly schema"). */
interface Manifest {
  readonly artifacts: Readonly<Record<string, { readonly type: string; additionalMetadataFile?: string }>>
}

/** Removes what names the files that are left out. */
function withoutRemoved({ artifacts, ...manifest }: Manifest): object {
  const kept = Object.entries(artifacts).filter(([, { type }]) => type !== 'cdk:tree')
  for (const [, artifact] of kept) delete artifact.additionalMetadataFile
  return { ...manifest, artifacts: Object.fromEntries(kept) }
}
