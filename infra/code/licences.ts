import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package whose code is in a bundle. */
interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
  /** Its licence and notice, as owners demand that copies have them; none if the package has no such file. */
  readonly texts: readonly string[]
}

/**
 * Returns the licences of all packages that bundles contain, by the paths of their inputs from `root` (esbuild's metafile): each
 * text once, below the packages that have it. Throws if a package names no licence.
 */
export function licencesOf(inputs: readonly string[], root: string): string {
  const folders = new Set(inputs.flatMap(input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []))
  const packages = [...folders].toSorted().map(folder => bundledIn(join(root, folder)))
  const byText = Map.groupBy(packages, ({ texts }) => texts.map(text => text.replaceAll(/\s+/g, ' ')).join('\n'))
  return [...byText.values()]
    .map(group => {
      const names = group.map(({ name, version, license }) => `${name} ${version} (${license})`)
      return `${[...new Set(names)].join('\n')}\n\n${group[0]?.texts.join('\n\n') ?? ''}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function bundledIn(folder: string): Bundled {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Omit<Bundled, 'texts'>
  if (manifest.license === undefined) throw new Error(`${folder}: got a package that names no licence`)
  const files = readdirSync(folder).filter(name => /^(licen[cs]e|notice)/i.test(name))
  return { ...manifest, texts: files.toSorted().map(name => readFileSync(join(folder, name), 'utf8').trim()) }
}
