import { join } from 'node:path'
import { build } from 'esbuild'

/** Most bytes of a CloudFront Function's code, and no extension is possible (Amazon CloudFront, "Quotas"). */
const maxGateBytes = 10_240

/**
 * Bundles the gate: one classic script that defines `function handler(event)` and calls `require('crypto')`, as CloudFront's
 * runtime 2.0 loads it. The same for every deployment. Rejects if the build fails or the code is too long.
 */
export async function bundleGate(): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    bundle: true,
    minify: true,
    platform: 'neutral',
    format: 'esm',
    // The minifier must not write newer syntax than the runtime reads; a test compares what is left with AWS's list.
    target: 'es2017',
    supported: { 'object-extensions': false },
    charset: 'ascii',
    external: ['crypto'],
    write: false,
    logLevel: 'silent',
  })
  const code = classicScript(result.outputFiles[0]?.text ?? '')
  const bytes = Buffer.byteLength(code)
  if (bytes > maxGateBytes) throw new Error(`the gate has ${bytes} bytes, allowed: ${maxGateBytes}`)
  return code
}

/** Replaces the only import and the only export, which a script can't have. */
function classicScript(module: string): string {
  const [, crypto = '', body = '', handler = ''] =
    /^import (\w+) ?from ?"crypto";(.*)export ?\{ ?(\w+) as handler ?\};?\s*$/s.exec(module) ?? []
  if (crypto === '')
    throw new Error('the bundle of the gate does not start with its only import and end with its export')
  return `var ${crypto}=require("crypto");${body}function handler(event){return ${handler}(event)}\n`
}
