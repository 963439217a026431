import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { texts } from '../../../edge/pages/texts/languages.ts'
import { languages } from '../../../shared/texts/brand.ts'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>
type Fields = Partial<Link>

const html = { Accept: 'text/html', 'Accept-Language': 'en' }
const { ask: button, asked, unasked } = texts.en.pages

/** A link at an edge of its own. `look` gets its page, and `press` sends the form of a page. */
async function issued(
  fields: Fields = {},
  deployment: Partial<Deployment> = {},
  { edge = testEdge({}, deployment), forged }: { edge?: ReturnType<typeof testEdge>; forged?: string } = {},
) {
  const { nonce, link } = makeLink(fields)
  await edge.store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${forged ?? nonce}`, ...options }))
  const look = async (headers: object = {}) => open({ headers: { ...html, ...headers } })
  async function press(page: CloudFrontResultResponse, { headers, ...changes }: RequestOptions = {}) {
    edge.clock.advance(1000)
    return open({
      method: 'POST',
      ...formOf(page),
      headers: { ...html, ...formOf(page).headers, ...headers },
      ...changes,
    })
  }
  return { edge, link, open, look, press, stored: async () => edge.store.links.find(link.id, link.homeRegion) }
}

/** What a browser sends with the button of a page. */
function formOf({ body = '', headers }: CloudFrontResultResponse) {
  const querystring = /<form method="post" action="\?(ask=[\w.-]+)"/.exec(body)?.[1] ?? 'ask='
  const [cookie = ''] = (headers?.['set-cookie']?.[0]?.value ?? '').split(';')
  return { querystring, headers: { Cookie: cookie } }
}

const hasButton = ({ body = '' }: CloudFrontResultResponse) => body.includes(`>${button}</button>`)
const titleOf = ({ body = '' }: CloudFrontResultResponse) => /<h1>(.*)<\/h1>/.exec(body)?.[1]
const key = { 'Idempotency-Key': 'order 17' }

const receipt = { state: 'live' } as const
const expired = { expiresAt: secondsFromNoon(-1) }
const locked = { state: 'live', passphraseHash: 'x', tries: 5, maxTries: 5 } as const
const elsewhere = { network: parseNetwork('10.0.0.0/8')! }
const early = { notBefore: secondsFromNoon(600) }

/** Returns a link that another client has used. */
async function used(fields: Fields = receipt, deployment: Partial<Deployment> = {}) {
  const link = await issued(fields, deployment)
  await link.open({ headers: key })
  return link
}

const Cookie = `__Host-once=${'A'.repeat(22)}`

/** Returns a link that the browser with this cookie has used, whose capability has ended. */
async function usedHere() {
  const link = await issued(receipt)
  await link.look({ Cookie })
  link.edge.clock.advance(60_000)
  return { ...link, look: async (headers: object = {}) => link.look({ Cookie, ...headers }) }
}

describe('the button that asks for a new link', () => {
  test.each([
    ['that has expired', () => issued(expired)],
    ['that is locked', () => issued(locked)],
    ['that another client has used', () => used()],
    ['that this browser has used', () => usedHere()],
  ])('is on the page of a link %s, and its form is for this browser', async (_, make) => {
    const { look } = await make()
    const page = await look()
    expect(hasButton(page)).toBe(true)
    expect(page.status).toBe('403')
    expect(headerOf(page, 'set-cookie')).toMatch(/^__Host-once=[\w-]{22}; Path=\/;/)
    expect(headerOf(page, 'content-security-policy')).toContain(`form-action 'self'`)
    const cookie = `__Host-once=${'A'.repeat(22)}`
    expect(headerOf(await look({ Cookie: cookie }), 'set-cookie')).toContain(cookie)
  })

  test.each([
    ['that was used, and keeps nothing', () => used({})],
    ['from another network', () => issued(elsewhere)],
    ['that is not valid yet', () => issued(early)],
    ['that was revoked', () => issued({ state: 'revoked' })],
    ['that was replaced', () => issued({ state: 'revoked', replacedBy: makeLink().link.id })],
  ])('is not on the page of a link %s', async (_, make) => {
    expect(hasButton(await (await make()).look())).toBe(false)
  })

  test('is on the page of the browser that has used the link, which may not have the file', async () => {
    const { look } = await usedHere()
    const page = await look({ Cookie })
    expect(page.body).toContain('You opened this on')
    expect(hasButton(page)).toBe(true)
  })

  test('is not shown to a program, or at an invented link', async () => {
    const { edge } = await issued(receipt)
    for (const uri of ['/d/x', `/d/${makeLink().nonce.slice(0, 42)}A`]) {
      expect(hasButton(await edge.open(viewerRequest({ uri, headers: html })))).toBe(false)
    }
    const program = await (await issued(expired)).open()
    expect(JSON.parse(program.body ?? '')).toMatchObject({ reason: 'expired' })
    expect(headerOf(program, 'set-cookie')).toBeUndefined()
  })

  test('asks the store nothing at a link that has expired', async () => {
    const { look, edge } = await issued(expired)
    await look()
    expect(edge.calls()).toBe(0)
  })
})

describe('pressed by a person, the button', () => {
  test.each([
    ['expired', () => issued(expired)],
    ['locked', () => issued(locked)],
    ['used', () => used()],
    ['used by this browser', () => usedHere()],
  ])('counts on a link that is %s, once an hour and three times at most, and changes nothing else', async (_, make) => {
    const { look, press, stored, edge } = await make()
    for (let requested = 1; requested <= 3; requested += 1) {
      const page = await look()
      const before = await stored()
      for (const answer of [await press(page), await press(page)])
        expect([answer.status, titleOf(answer), hasButton(answer)]).toEqual(['200', asked, false])
      const now = Math.floor(edge.clock.now() / 1000)
      expect(await stored()).toEqual({ ...before, requested, requestedAt: now - 1 })
      edge.clock.advance(3_600_000)
    }
    const fourth = await press(await look())
    expect([fourth.status, titleOf(fourth)]).toEqual(['200', unasked])
    expect((await stored())?.requested).toBe(3)
    expect(edge.lines.slice(-4).map(({ outcome }) => outcome)).toEqual(['asked', 'asked', 'refused', 'unasked'])
    expect(edge.lines.at(-1)).not.toHaveProperty('reason')
  })

  test.each<[string, Fields]>([
    ['without a receipt', {}],
    ['with a receipt', receipt],
    ['that asks for a confirmation', { ...receipt, confirm: 'required' }],
    ['with a passphrase', { ...receipt, passphraseHash: 'x', tries: 0, maxTries: 5 }],
    ['that is not valid yet', early],
  ])('never uses, tries or counts on a live link %s', async (_, fields) => {
    const { press, stored, edge } = await issued(fields)
    const before = await stored()
    const ended = await issued(expired, {}, { edge })
    const token = formOf(await ended.look())
    for (const changes of [token, { querystring: 'ask=' }, { headers: key }, { body: 'passphrase=correct' }]) {
      const answer = await press(await ended.look(), changes)
      expect([answer.status, titleOf(answer)]).toEqual(['403', unasked])
    }
    expect(await stored()).toEqual(before)
  })

  test('finds a live link live, also with the token of its confirmation', async () => {
    const { look, press, stored } = await issued({ ...receipt, confirm: 'required' })
    const page = await look()
    const before = await stored()
    const token = /confirm=([\w.-]+)/.exec(page.body ?? '')?.[1]
    expect(titleOf(await press(page, { querystring: `ask=${token}` }))).toBe(unasked)
    expect(await stored()).toEqual(before)
  })

  test('creates no item in place of a link that is gone, and asks for no revoked one', async () => {
    const gone = await used({})
    const page = await gone.look({ Cookie: `__Host-once=${'A'.repeat(22)}` })
    expect(titleOf(await gone.press(page))).toBe(unasked)
    expect(await gone.stored()).toBeUndefined()
    const { look, press, stored, edge, link } = await used()
    const before = await look()
    await edge.store.links.revoke(link, link.homeRegion)
    expect(titleOf(await press(before))).toBe(unasked)
    expect(await stored()).not.toHaveProperty('requested')
  })

  test('gets 503 if the store does not respond, as after any failure', async () => {
    const { store } = testEdge()
    const table = { ...store.table, inspect: async () => Promise.reject(new Error('down')) }
    const { look, press } = await issued(expired, {}, { edge: testEdge({ table }) })
    const answer = await press(await look())
    expect([answer.status, titleOf(answer)]).toEqual(['503', 'Something went wrong on our side'])
  })
})

describe('who is no person with the page', () => {
  test.each<[string, RequestOptions]>([
    ['another browser', { headers: { Cookie: `__Host-once=${'A'.repeat(22)}` } }],
    ['a browser without cookies', { headers: { Cookie: '' } }],
    ['a form of another page', { querystring: `ask=mi0.${'A'.repeat(22)}` }],
    ['a form without a token', { querystring: 'ask=' }],
    ['a script', { headers: { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' } }],
    ['another site', { headers: { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'cross-site' } }],
    ['a program with an Idempotency-Key', { headers: key }],
  ])('%s: asks no sender, calls no store, and gets the button again', async (_, changes) => {
    const { look, press, edge } = await issued(expired)
    const answer = await press(await look(), changes)
    expect([answer.status, titleOf(answer), hasButton(answer), edge.calls()]).toEqual(['403', unasked, true, 0])
    expect(titleOf(await press(answer))).toBe(asked)
  })

  test('a robot, a program, and a form that comes at once ask no sender', async () => {
    const { look, open, stored } = await issued(expired)
    const form = formOf(await look())
    const post = { method: 'POST', ...form }
    const robot = await open({ ...post, headers: { ...html, ...form.headers, 'User-Agent': 'Googlebot/2.1' } })
    expect(titleOf(robot)).toBe('Not opened for a preview or a check')
    expect(JSON.parse((await open({ method: 'POST', querystring: 'ask=' })).body ?? '')).toMatchObject({
      reason: 'unconfirmed',
    })
    expect(titleOf(await open({ ...post, headers: { ...html, ...form.headers } }))).toBe(unasked)
    expect(await stored()).not.toHaveProperty('requested')
  })
})

test('a link that as many clients used as may says so, without a time or a warning, and has the button', async () => {
  const { usedUp, usedByOther } = texts.en.pages
  const link = await issued({ state: 'live', confirm: 'required', maxUses: 2, uses: [] })
  for (const order of ['order 1', 'order 2']) await link.open({ method: 'POST', headers: { 'Idempotency-Key': order } })
  const page = await link.look()
  expect(page.body).toContain(usedUp)
  expect(page.body).not.toContain(usedByOther.split('TIME')[0])
  expect(hasButton(page)).toBe(true)
  expect(titleOf(await link.press(page))).toBe(asked)
})

describe('with uniform refusals', () => {
  const uniform = { uniformRefusals: true }
  const states: readonly (readonly [string, () => ReturnType<typeof issued>])[] = [
    ['expired', () => issued(expired, uniform)],
    ['used, with its item', () => used(receipt, uniform)],
    ['used, without an item', () => used({}, uniform)],
    ['revoked', () => issued({ state: 'revoked' }, uniform)],
    ['from another network', () => issued(elsewhere, uniform)],
    ['not valid yet', () => issued(early, uniform)],
    ['malformed', () => issued({}, uniform, { forged: 'x' })],
    ['forged', () => issued({}, uniform, { forged: makeLink().nonce.replace(/..$/, 'AA') })],
  ]
  /** Without the token, which is another on each page. */
  const bytesOf = (response: CloudFrontResultResponse) =>
    JSON.stringify(response).replaceAll(/ask=[\w.-]+|__Host-once=[\w-]{22}/g, '')

  test('every link, genuine or forged, has the same page with the button, and the same answer, also the fourth time', async () => {
    const seen = await Promise.all(
      states.map(async ([, make]) => {
        const { look, press } = await make()
        const page = await look()
        const answers = [await press(page), await press(page), await press(page), await press(page)].map(bytesOf)
        expect(hasButton(page)).toBe(true)
        expect(new Set(answers).size).toBe(1)
        return [bytesOf(page), answers[0]]
      }),
    )
    expect(new Set(seen.map(([page]) => page)).size).toBe(1)
    expect(new Set(seen.map(([, answer]) => answer)).size).toBe(1)
    expect(seen[0]?.[1]).toContain(asked)
  })
})

test('every language has its own words for it, which differ from those of the others', async () => {
  for (const language of languages) {
    const { look, press } = await issued(expired)
    const words = texts[language].pages
    const page = await look({ 'Accept-Language': language })
    expect(page.body).toContain(words.ask)
    const answer = await press(page, { headers: { 'Accept-Language': language } })
    expect(answer.body).toContain(`<h1>${words.asked}</h1>`)
    expect(answer.body).toContain(words.askedNext)
  }
  for (const name of ['ask', 'asked', 'unasked', 'askedNext'] as const) {
    expect(new Set(languages.map(language => texts[language].pages[name])).size).toBe(languages.length)
  }
})
