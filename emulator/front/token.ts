import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { sendProblem } from '../../console/messages.ts'
import { localTokenFile, localTokenLine } from '../../shared/local/token.ts'
import { makePrivateFolder, readPrivateFile } from '../private-files.ts'

/** What programs of the emulator's user show to console and API. */
export interface Token {
  readonly text: string
  /** Its file, which only this user may read, as a header line for `curl -H @FILE`. */
  readonly file: string
  /** Removes the file. */
  close(): void
}

/** Makes a new token for the emulator at `origin`, in a file below the folder `home`. Throws if others could read it. */
export function makeToken(home: string, origin: string): Token {
  const text = randomBytes(32).toString('base64url')
  const file = localTokenFile(home, new URL(origin).port)
  const remove = () => rmSync(file, { force: true })
  makePrivateFolder(dirname(file))
  // An emulator that was killed left its own; the port is ours now.
  remove()
  readPrivateFile(file, () => localTokenLine(text))
  return { text, file, close: remove }
}

/** Whether the request's header `authorization` has the token. Takes the same time for every other text. */
export function hasToken({ headers }: IncomingMessage, { text }: Token): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${text}`))
}

/** Sends 401 to requests without the token. */
export function requireToken(response: ServerResponse): void {
  sendProblem(response, {
    status: 401,
    title: 'This emulator is private',
    detail:
      'Send its token, as curl -H @FILE does with the file that npm start printed; open the page with the link that it printed.',
    reason: 'token-required',
    headers: { 'www-authenticate': 'Bearer' },
  })
}
