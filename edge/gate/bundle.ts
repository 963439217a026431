import { join } from 'node:path'
import { build } from 'esbuild'

/** Most bytes of a CloudFront Function's code, and no extension is possible (Amazon CloudFront, "Quotas"). */
const maxFunctionBytes = 10_240

/**
 * Bundles the gate: one script that defines `function handler(event)`, calls `require('crypto')` and begins with an import of
 * `cloudfront`, as CloudFront's runtime 2.0 loads it. The same for every deployment. Rejects if the build fails or the code is too long.
 */
export async function bundleGate(): Promise<string> {
  return bundleScript('main.ts')
}

/** Bundles the pinned-version function, likewise; it needs no `crypto`. */
export async function bundlePinnedVersion(): Promise<string> {
  return bundleScript('pinned-version-main.ts')
}

async function bundleScript(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    minify: true,
    platform: 'neutral',
    format: 'esm',
    // The minifier must not write newer syntax than the runtime reads; a test compares what is left with AWS's list.
    target: 'es2017',
    supported: { 'object-extensions': false },
    charset: 'ascii',
    external: ['crypto', 'cloudfront'],
    write: false,
    logLevel: 'silent',
  })
  const code = classicScript(result.outputFiles[0]?.text ?? '', entry)
  const bytes = Buffer.byteLength(code)
  if (bytes > maxFunctionBytes) throw new Error(`gate/${entry} has ${bytes} bytes, allowed: ${maxFunctionBytes}`)
  return code
}

/**
 * Replaces the only export and the import of `crypto`, if there is one. That of `cloudfront` stays, as AWS's pages have it: they name no
 * other way to load that module.
 */
function classicScript(module: string, entry: string): string {
  const [, imports = '', body = '', handler = ''] =
    /^((?:import [\w$]+ ?from ?"(?:crypto|cloudfront)";)*)(.*)export ?\{ ?([\w$]+) as handler ?\};?\s*$/s.exec(
      module,
    ) ?? []
  if (handler === '' || /\b(?:import|export)\b/.test(body))
    throw new Error(`the bundle of gate/${entry} does not start with its imports and end with its export`)
  const [, crypto] = /import ([\w$]+) ?from ?"crypto"/.exec(imports) ?? []
  const [, cloudfront] = /import ([\w$]+) ?from ?"cloudfront"/.exec(imports) ?? []
  const imported = cloudfront === undefined ? '' : `import ${cloudfront} from'cloudfront';\n`
  const required = crypto === undefined ? '' : `var ${crypto}=require("crypto");`
  return `${imported}${required}${body}function handler(event){return ${handler}(event)}\n`
}
