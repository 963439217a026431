import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'

/** Loads a bundle as Lambda does: from a file of its own, away from this repository, with the Region in AWS_REGION. */
export async function loadBundle(code: string): Promise<{ handler: (event: unknown) => Promise<unknown> }> {
  process.env['AWS_REGION'] ??= 'us-east-1'
  const file = join(temporaryFolder(), 'index.mjs')
  writeFileSync(file, code)
  return import(file) as Promise<{ handler: (event: unknown) => Promise<unknown> }>
}
