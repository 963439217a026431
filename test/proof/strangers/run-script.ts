import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { awsEnvironment, type CallerCredentials, python } from '../../support/machine/python.ts'

/** As whom a script calls AWS, and for how many seconds it may run. */
export interface ScriptOptions {
  /** @default no credentials */
  readonly by?: CallerCredentials
  /** @default 60 */
  readonly seconds?: number
}

/** Runs a script of this folder, beside servers in this process, and returns the JSON that it prints. */
export async function runScript(
  script: string,
  args: readonly string[],
  { by, seconds = 60 }: ScriptOptions = {},
): Promise<unknown> {
  const options = { env: by ? awsEnvironment(by) : {}, timeout: seconds * 1000 }
  const { stdout } = await promisify(execFile)(python, ['-B', join(import.meta.dirname, script), ...args], options)
  return JSON.parse(stdout)
}
