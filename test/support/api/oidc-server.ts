import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, globalAgent } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Configuration, Provider } from 'oidc-provider'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { type TestProvider, testProvider } from './tokens.ts'

/** An OpenID Connect server that others wrote, over https on this machine. */
export interface OidcServer {
  /** What it signs with, to make tokens that it would not make. */
  readonly provider: TestProvider
  /** Requests for its keys and its discovery document so far. */
  reads(): number
  /** Gets an access token for the client `reports`, as a program does (RFC 6749, section 4.4; RFC 8707). */
  accessToken(): Promise<string>
  /** Replaces a key and restarts the server with the new ones. */
  rotate(kid: string, next: string): Promise<void>
  /** Whether it responds at all. */
  isUp: boolean
  close(): Promise<void>
}

const audience = 'https://links.example.com'

/** Groups that the server puts into its tokens, by client. */
const groupsOf: Readonly<Record<string, readonly string[]>> = { reports: ['staff', 'reports'] }

/** Makes what a server on this machine needs for https, also outside of a test. */
export function keyAndCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'once-oidc-'))
  const { privateKey: key, certificate: cert } = makeCertificate(folder)
  rmSync(folder, { recursive: true })
  return { key, cert }
}

/** Starts a server with a self-signed certificate, which this process then trusts. */
export async function startOidcServer(): Promise<OidcServer> {
  const { key, cert } = keyAndCertificate()
  globalAgent.options.ca = [...[globalAgent.options.ca ?? []].flat(), cert]
  let listener: RequestListener = (_, response) => void response.writeHead(503).end()
  let reads = 0
  const server = createServer({ key, cert }, (request, response) => {
    if (/\/(jwks|\.well-known\/openid-configuration)$/.test(request.url ?? '')) reads += 1
    if (oidc.isUp) listener(request, response)
    else response.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = testProvider(issuer, { audience })
  const restart = () => {
    const serve = new Provider(issuer, configurationOf(provider)).callback()
    listener = (request, response) => void serve(request, response)
  }
  restart()
  const oidc: OidcServer = {
    provider,
    isUp: true,
    reads: () => reads,
    accessToken: () => accessTokenOf(issuer, cert),
    async rotate(kid, next) {
      provider.rotate(kid, next)
      restart()
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return oidc
}

function configurationOf(provider: TestProvider): Configuration {
  const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] }
  const resource = { scope: 'links', audience, accessTokenFormat: 'jwt', accessTokenTTL: 300 } as const
  return {
    clients: [{ client_id: 'reports', client_secret: 'of-a-test', ...machine }],
    jwks: { keys: provider.privateKeys() },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: async () => resource },
    },
    extraTokenClaims: async (_, { clientId = '' }) => ({ groups: groupsOf[clientId] }),
  }
}

async function accessTokenOf(issuer: string, cert: string): Promise<string> {
  const { request } = await import('node:https')
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'links', resource: audience }).toString()
  const headers = {
    authorization: `Basic ${Buffer.from('reports:of-a-test').toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request(`${issuer}/token`, { method: 'POST', headers, ca: cert }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    })
    sent.on('error', reject).end(body)
  })
  const { access_token: token } = JSON.parse(text) as { access_token?: string }
  if (token === undefined) throw new Error(`the server responded ${text}`)
  return token
}
