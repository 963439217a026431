import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { localAuthorization, localTokenFile } from '../../shared/local/token.ts'

/**
 * Sends a request to an emulator on this machine, with the token of a private one if this user has it. The token belongs to
 * the port: what listens there now, if it is another program, gets the token of an emulator that has ended.
 */
export async function fetchLocal(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  const authorization = await tokenFor(new URL(url))
  if (authorization !== undefined) headers.set('authorization', authorization)
  return fetch(url, { ...init, headers })
}

async function tokenFor({ protocol, hostname, port }: URL): Promise<string | undefined> {
  if (protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(hostname)) return undefined
  const content = await readFile(localTokenFile(homedir(), port), 'utf8').catch(() => undefined)
  return content === undefined ? undefined : localAuthorization(content)
}
