import { type Bundle, writeBundle } from '../../../infra/code/bundle.ts'
import { temporaryFolder } from '../machine/folder.ts'

/** Loads a bundle as Lambda does: from a folder of its own outside this repository, with the Region in AWS_REGION. */
export async function loadBundle(bundle: Bundle): Promise<{ handler: (event: unknown) => Promise<unknown> }> {
  process.env['AWS_REGION'] ??= 'us-east-1'
  const file = await writeBundle(bundle, temporaryFolder())
  return import(file) as Promise<{ handler: (event: unknown) => Promise<unknown> }>
}
