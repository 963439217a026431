import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../../tools/python')

/** The interpreter with the packages of tools/requirements.txt, which `npm run tools:python` installs. */
export const python = join(folder, 'bin/python')

/** Why the Python packages of strangers can't be used here; undefined if they can. */
export const missingPython = existsSync(join(folder, 'installed')) ? undefined : 'npm run tools:python was not run'

/** Returns the path of a program that one of the packages brings, such as `cfn-lint`. */
export const pythonProgram = (name: string): string => join(folder, 'bin', name)

/** Runs a Python script to its end, at most `seconds`, and returns its standard output. Throws with what it printed if it fails. */
export function runPython(args: readonly string[], seconds: number, env: NodeJS.ProcessEnv = process.env): string {
  const done = spawnSync(python, args, { encoding: 'utf8', env, timeout: seconds * 1000, maxBuffer: 64 << 20 })
  if (done.status === 0) return done.stdout
  throw new Error(`python ${args.join(' ')}: ${done.error?.message ?? done.status}\n${done.stdout}${done.stderr}`)
}

/** Credentials of AWS, as the SDKs' environment has them. */
export interface CallerCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Returns the variables by which every SDK finds these credentials, and no settings of this machine. */
export function awsEnvironment({ accessKeyId, secretAccessKey, sessionToken }: CallerCredentials) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
