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

/** Runs a script of this folder as a caller of servers in this process, and returns the JSON that it prints. */
export async function runScript(script: string, args: readonly string[], by: CallerCredentials): Promise<unknown> {
  const options = { env: environmentOf(by), timeout: 60_000 }
  const { stdout } = await promisify(execFile)(python, ['-B', join(import.meta.dirname, script), ...args], options)
  return JSON.parse(stdout)
}
