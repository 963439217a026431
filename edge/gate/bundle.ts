import { build } from 'esbuild'

/** Most bytes of a CloudFront Function's code, and no extension is possible (Amazon CloudFront, "Quotas"). */
const maxFunctionBytes = 10_240

/**
 * Bundles the gate: one script with `function handler(event)` and imports of `crypto` and `cloudfront`, as CloudFront's runtime 2.0 loads
 * it (AWS, "Validate a simple token in a CloudFront Functions viewer request"). The same for every deployment. Rejects if the build fails
 * or the code is too long.
 */
export async function bundleGate(): Promise<string> {
  return bundleScript('main.ts')
}

/** Bundles the gate whose refusals pages may read, likewise. It needs a constant `PAGE_ORIGINS` in front, a list of origins. */
export async function bundleGateForPages(): Promise<string> {
  return bundleScript('pages-main.ts')
}

/** Bundles the pinned-version function, likewise; it needs no `crypto`. */
export async function bundlePinnedVersion(): Promise<string> {
  return bundleScript('pinned-version-main.ts')
}

async function bundleScript(entry: string): Promise<string> {
  const result = await build({
    // CloudFront calls the function `handler` of a script that exports nothing. The minifier renames all others.
    stdin: { contents: `import { handler } from './${entry}'; answer = handler`, resolveDir: import.meta.dirname },
    footer: { js: 'var answer;function handler(event){return answer(event)}' },
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
  const code = result.outputFiles[0]?.text ?? ''
  const bytes = Buffer.byteLength(code)
  if (bytes > maxFunctionBytes) throw new Error(`edge/gate/${entry} has ${bytes} bytes, allowed: ${maxFunctionBytes}`)
  return code
}
