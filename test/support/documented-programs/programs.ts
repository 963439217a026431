import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { emulatorHere } from '../emulator/emulator.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { forwards, problem, type ReceivedRequest, scriptedApi } from '../client/scripted-api.ts'
import { awsEnvironment } from '../machine/python.ts'
import { caller, signedFront } from '../content/signed-front.ts'

/** A language of docs/clients.md and docs/mobile.md, as its fence has it. */
export type Language = 'sh' | 'python' | 'go' | 'java' | 'kotlin' | 'js' | 'ts'

/** Returns the programs of both pages in a language, in their order. */
export function documentedPrograms(language: Language): readonly string[] {
  const text = ['clients.md', 'mobile.md']
    .map(page => readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8'))
    .join('\n')
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  )
}

/** An API that a documented program calls. It loses the response to the first request, and is still busy with it at the second. */
export interface ProgramApi {
  /** What the program finds in its environment: URL, credentials or token. */
  readonly env: Readonly<Record<string, string>>
  /** The requests that came through, with those that were lost. */
  readonly requests: readonly ReceivedRequest[]
  /**
   * Checks what a documented program leaves: the file, a link that it revoked, and no link that its repeat issued.
   *
   * @param saved bytes that the program saved
   */
  check(saved: Buffer): Promise<void>
}

const content = Buffer.from('what the report says\n'.repeat(100_000))

/** Starts an emulator that takes signatures only, or its token only; it ends with the test. */
export async function programApi(login: 'signature' | 'token'): Promise<ProgramApi> {
  const [bucket, home] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(bucket, 'report.pdf'), content)
  const emulator = await emulatorHere({ bucket, ...(login === 'token' && { privateTo: home }) })
  const lossy = await scriptedApi(
    forwards(emulator.api, 'lose the response'),
    problem(409, 'idempotency-key-in-use', { 'retry-after': '0' }),
    forwards(emulator.api, 'respond'),
  )
  const token = emulator.token?.text ?? ''
  const front = login === 'token' ? lossy : await signedFront(lossy.origin)
  const { region, credentials } = caller
  const env = {
    ONCE_API: front.origin,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(login === 'token' ? { ONCE_TOKEN: token } : awsEnvironment(credentials)),
  }
  return {
    env,
    requests: lossy.requests,
    async check(saved) {
      expect(saved.equals(content)).toBe(true)
      const headers = login === 'token' ? { authorization: `Bearer ${token}` } : {}
      const listed = (await (await fetch(`${emulator.api}/links`, { headers })).json()) as {
        links: { state: string }[]
      }
      expect(listed.links.map(({ state }) => state)).toEqual(['revoked'])
      const [lost, early, repeat] = lossy.requests
      expect([early, repeat]).toEqual([lost, lost])
      const methods = lossy.requests.map(({ line }) => line.split(' ')[0] ?? '')
      expect(methods.toSorted()).toEqual(['DELETE', 'POST', 'POST', 'POST', 'POST'])
    },
  }
}

/** Runs a program to its end, at most a minute, in an empty folder; resolves with the file that it saves there. */
export async function runProgram(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = temporaryFolder()
  await outputOf(folder, command, env)
  return readFileSync(join(folder, 'report.pdf'))
}

/** Runs a program to its end, at most a minute, without settings of this machine; resolves with what it prints. */
export async function outputOf(
  cwd: string,
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const here = { PATH: process.env['PATH'], HOME: cwd, LC_ALL: 'C.UTF-8' }
  const { stdout, stderr } = await promisify(execFile)(program, args, {
    cwd,
    env: { ...here, ...env },
    timeout: 60_000,
  })
  return stdout + stderr
}
