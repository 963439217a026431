import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request as send, type RequestListener, type ServerResponse } from 'node:http'
import { createServer, globalAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { createLogin } from '../../../emulator/login.ts'
import { apiStage } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import { launchChromium, logIn, missingChromium } from '../browser/chromium.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { ask } from '../machine/http.ts'
import { keyAndCertificate } from '../api/oidc-server.ts'
import { click, copiedBy } from '../browser/senders-page.ts'
import { type Deployed, type Life, lifeOf } from './life/deployed.ts'
import { account } from './ministack.ts'
import { linksTakeFiles } from './upload-links.ts'

/** The page's host, of which the account has a certificate. */
const pageHost = 'send.example.com'

/** Longer than the clock of functions is ahead. */
const tokenSeconds = 365 * 24 * 3600

/** A provider for the page of a deployment, and beside it all hosts of that. */
export interface PageLogin {
  /** With which a deployment takes its tokens, and has the page at its host. */
  readonly settings: readonly string[]
  readonly issuer: string
  /** Where browsers and curl reach all of these hosts, on this machine. */
  readonly port: number
  /** Serves the hosts of the deployment from now on. */
  serve(hosts: RequestListener): void
}

/** Starts a provider, which this process trusts, until this process ends. */
export async function startPageLogin(): Promise<PageLogin> {
  let hosts: RequestListener | undefined
  const pair = keyAndCertificate()
  globalAgent.options.ca = [...[globalAgent.options.ca ?? []].flat(), pair.cert]
  const server = createServer(pair, (request, response) => {
    const listener = request.headers.host === `127.0.0.1:${port}` ? login.listener : hosts
    listener?.(request, response)
  })
  await once(server.unref().listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const login = await createLogin(`https://127.0.0.1:${port}`, `https://${pageHost}`, { tokenSeconds })
  const { clientId, scope, parameters } = login.login
  const { auth } = login.access
  const verbs = ['issue', 'upload', 'ask', 'read', 'revoke']
  const issuers = [
    { id: 'account', principal: account, prefixes: [''], verbs: [...verbs, 'exchange'] },
    { id: 'desk', group: 'senders', prefixes: [''], verbs, own: true },
  ]
  const settings = { auth, issuers, sendPage: { clientId, scope, parameters, domainName: pageHost } }
  return {
    settings: Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    issuer: auth.issuer,
    port,
    serve: listener => void (hosts = listener),
  }
}

/** Gets a certificate for the page's host, as an operator does before the deployment; resolves to the setting that names it. */
export async function certificateForPage(): Promise<readonly string[]> {
  const acm = new ACMClient({ region: edgeStackRegion })
  const { CertificateArn } = await acm.send(new RequestCertificateCommand({ DomainName: pageHost }))
  return [`certificate=${CertificateArn}`]
}

/** A sender's browser at the page, and what its programs sent. */
interface Sender {
  readonly context: BrowserContext
  readonly page: Page
  /** Addresses of all requests. */
  readonly addresses: string[]
  /** Bodies of the provider's responses with tokens. */
  readonly tokens: Record<'access_token' | 'refresh_token' | 'id_token', string>[]
  /** What the browser wrote into its console, violations of the page's policy among it. */
  readonly messages: string[]
}

/** Registers tests of the page that the deployment hosts, with its login, in Chromium. */
export function hostsThePage(get: () => Deployed, { port, serve }: PageLogin): void {
  describe.skipIf(missingChromium)('the page for senders', () => {
    let browser: Browser
    let life: Life
    let sender: Sender
    beforeAll(async () => {
      life = await lifeOf(get())
      browser = await launchChromium({
        names: ['*.example.com', '*.cloudfront.net', '*.amazonaws.com'],
        port,
        trustsAll: true,
      })
      serve((request, response) => {
        passOn(request, response, life).catch(() => response.destroy())
      })
      sender = await senderAt(browser)
    })
    afterAll(async () => {
      await browser?.close()
      await life?.close()
    })

    test('a person logs in, sends a file to two people, and sees that one has opened it', async () => {
      const { page } = sender
      await logIn(page, 'anna')
      await page.locator('.person').waitFor()
      const file = { name: 'Befund.pdf', mimeType: 'application/pdf', buffer: Buffer.from('of anna') }
      await page.getByLabel('Choose a file').setInputFiles(file)
      await page.getByLabel('For whom?').fill('Carla\nDora')
      await click(page, 'Create 2 links')
      const url = await copiedBy(page, 'Copy the link for Carla')
      // The page filled in her name, which her issuer may not choose.
      expect(await page.locator('#sender').inputValue()).toBe('')
      await click(page, 'Sent')
      // The chosen one is looked at more often.
      await page.getByText('for Carla', { exact: true }).click()
      const saved = join(temporaryFolder(), 'saved')
      expect((await life.redeem(url, saved)).code).toBe(0)
      expect(readFileSync(saved, 'utf8')).toBe('of anna')
      // By the clock of functions, which is days ahead.
      const opened = page.getByText(/^opened /)
      await opened.first().waitFor()
    })

    test('refusals of the API arrive as they are, also of a token for another audience', async () => {
      const { endpoint, settings, home } = life
      const [api] = await connectToAws().restApis.named(`${settings.name}-tokens`, home)
      const same = ({ status, headers, body }: Awaited<ReturnType<typeof ask>>) =>
        [status, headers['www-authenticate'], headers['content-type'], body.replace(/"requestId":"[^"]*"/, '')] as const
      const [{ id_token: audience, access_token: path } = {}] = sender.tokens
      const ofPage = { audience, absent: undefined, path }
      for (const [name, token] of Object.entries(ofPage)) {
        const path = name === 'path' ? '/elsewhere' : '/links'
        const direct = await ask(`${endpoint}/_aws/execute-api/${api?.id}/${apiStage}${path}`, {
          headers: bearer(token),
        })
        const passed = await askAs(token, { path: `/api${path}` }, life)
        expect(same(passed), name).toEqual(same(direct))
        expect(passed.status).toBeGreaterThan(400)
        // So a page of another origin reads none.
        expect(passed.headers).not.toHaveProperty('access-control-allow-origin')
      }
      // What the page itself doesn't request.
      const others = [
        ['POST', '/links', '{}'],
        ['POST', '/exchange', `{"nonce":"${'A'.repeat(43)}"}`],
        ['POST', `/links/${'A'.repeat(22)}/replace`, ''],
        ['DELETE', `/links/${'A'.repeat(22)}`, ''],
        ['DELETE', `/uploads/${'A'.repeat(43)}`, ''],
      ] as const
      for (const [method, path, body] of others)
        expect((await askAs(ofPage.path, { path: `/api${path}`, method, body }, life)).headers['content-type']).toMatch(
          /problem/,
        )
    })

    linksTakeFiles(() => ({ life, browser, port, log: get().operator.ministack.log }))

    test('tokens are in memory only, and nothing broke the policy of the page', async () => {
      const { ministack } = get().operator
      const { page, context, addresses, tokens, messages } = sender
      expect(messages.filter(each => !/status of 40[0-9]/.test(each))).toEqual([])
      const stored = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])'
      const databases = await page.evaluate('indexedDB.databases()')
      const kept = `${await page.evaluate<string>(stored)}${JSON.stringify([databases, await context.storageState()])}`
      expect(tokens).toHaveLength(1)
      for (const token of Object.values(tokens[0] ?? {}).filter(each => each.length > 40)) {
        // Logs may have a token in parts: its signature is a secret, too.
        const canary = token.split('.').at(-1) ?? ''
        expect([kept, ...addresses, ministack.log()].filter(each => each.includes(canary))).toEqual([])
        expect(filesWith(canary, ministack.folder)).toBe('')
      }
    })
  })
}

const bearer = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` })

/** Sends a request for the page's host, with this token. */
function askAs(
  token: string | undefined,
  { path, method = 'GET', body = '' }: { readonly path: string; readonly method?: string; readonly body?: string },
  { visit }: Life,
) {
  const headers = { ...bearer(token), accept: 'application/json', 'content-type': 'application/json' }
  return visit(`https://${pageHost}${path}`, { method, headers, ...(body !== '' && { body }) })
}

/** Returns the origin of the bucket on AWS, and where MiniStack has it. */
function s3Of({ names, home, endpoint }: Life) {
  const bucket = names.contentBucket(home)
  return { onAws: `https://${bucket}.s3.${home}.amazonaws.com`, here: `${endpoint}/${bucket}` }
}

/** Passes a request on as DNS would, to the front or to S3, and names S3 in the response as AWS does. */
async function passOn(request: IncomingMessage, response: ServerResponse, life: Life): Promise<void> {
  const { method, headers, url = '' } = request
  const { onAws, here } = s3Of(life)
  const isS3 = headers.host === new URL(onAws).host
  const sent = isS3
    ? send(here + url, { method, headers: { ...headers, host: new URL(here).host } })
    : send(life.frontOrigin + url, { method, headers })
  request.pipe(sent)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const { 'content-length': _, ...others } = answer.headers
  const body = (await buffer(answer)).toString('latin1').replaceAll(here, onAws)
  response.writeHead(answer.statusCode ?? 502, others).end(body, 'latin1')
}

/** Opens the page in a browser of its own. */
async function senderAt(browser: Browser): Promise<Sender> {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const sender: Sender = { context, page, addresses: [], tokens: [], messages: [] }
  page.on('console', message => void sender.messages.push(message.text()))
  context.on('request', request => void sender.addresses.push(request.url()))
  context.on('response', response => {
    if (response.request().method() !== 'POST' || !response.url().endsWith('/token')) return
    void response.json().then((body: Sender['tokens'][number]) => sender.tokens.push(body))
  })
  await page.goto(`https://${pageHost}/`)
  return sender
}

/** Returns the files below a folder that have a text. */
function filesWith(text: string, folder: string): string {
  return spawnSync('grep', ['-rlF', '--', text, folder], { encoding: 'utf8' }).stdout
}
