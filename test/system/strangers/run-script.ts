import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { python } from '../../support/python.ts'

/** Credentials of AWS, as the SDKs' environment has them. */
export interface CallerCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Returns the variables by which every SDK finds its credentials, and looks for no others. */
export function environmentOf({ accessKeyId, secretAccessKey, sessionToken }: CallerCredentials) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

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
  const options = { env: by ? environmentOf(by) : {}, timeout: seconds * 1000 }
  const { stdout } = await promisify(execFile)(python, ['-B', join(import.meta.dirname, script), ...args], options)
  return JSON.parse(stdout)
}
