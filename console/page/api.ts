import { type Client, createClient } from '../../client/client.ts'
import type { Setup } from '../protocol.ts'
import type { Session } from './login.ts'
import { sessionToken } from './server.ts'

/** Returns a client of the API, which has the origin of this page, for who is logged in or for the user of this server. */
export function apiOf({ api }: Setup, session: Session | undefined): Client {
  const origin = location.origin + api
  if (session !== undefined) return createClient({ origin, token: session.token, fetch: session.fetch })
  const token = sessionToken()
  return createClient({ origin, ...(token !== undefined && { token: () => token }) })
}
