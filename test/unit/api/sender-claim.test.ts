import { expect, test } from 'vitest'
import { createAuthorizer } from '../../../api/authorizer/handler.ts'
import { parseAuth } from '../../../shared/callers/auth.ts'
import { testApi } from '../../support/api/api.ts'
import { asRole, asToken, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { testProvider } from '../../support/api/tokens.ts'
import { manualClock } from '../../support/machine/clock.ts'

const verbs = ['issue', 'read', 'revoke'] as const
const issuers = issuersOf(
  { id: 'desk', group: 'desk', prefixes: [''], verbs, sender: 'Desk', ownSender: true },
  { id: 'own', group: 'own', prefixes: [''], verbs, own: true, sender: 'Own' },
  { id: 'lead', group: 'lead', prefixes: [''], verbs: ['issue', 'revoke', 'admin'] },
  { id: 'iam', principal: roleArn('iam'), prefixes: [''], verbs: ['issue', 'revoke', 'admin'], ownSender: true },
)

const names = ['Ann', 'Ben Müller', '王小明 👩‍🔬', 'x'.repeat(60)]
const malformed = [undefined, 7, ['Ann'], '', 'x'.repeat(61), 'Ann\u202e']
const audience = ['page', 'program']

/** Returns the claims of tokens: each name in each group and for each audience. */
const claimsWith = <Name>(of: readonly Name[]) =>
  ['desk', 'own'].flatMap(group =>
    audience.flatMap(aud => of.map(name => ({ groups: [group], aud, sub: `of ${String(name)}`, name }))),
  )

/** Makes an API behind its authorizer, which takes the sender from `name`. Requests have the claims of a token, or are of the role `iam`. */
function setUp() {
  const provider = testProvider()
  const auth = parseAuth({ issuer: provider.issuer, audience, senderClaim: 'name' })
  if (!auth.ok) throw new Error(JSON.stringify(auth.invalid))
  const ports = { clock: manualClock(), keys: { load: async () => provider.keys() }, log: () => undefined }
  const authorize = createAuthorizer(ports, auth.value)
  const api = testApi({}, { issuers })
  async function post(claims: object | 'iam', path: string, body: object | '' = '') {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
    if (claims === 'iam') return api.call('POST', path, { ...asRole('iam'), headers, body })
    const authorizationToken = `Bearer ${provider.token({ exp: 4_000_000_000, ...claims })}`
    const { policyDocument, context } = await authorize({ type: 'TOKEN', authorizationToken, methodArn: 'a/v1/POST' })
    if (policyDocument.Statement[0]?.Effect !== 'Allow') return { status: 401, body: { ...context, id: '' } }
    return api.call('POST', path, { ...asToken(''), authorizer: context as Record<string, string>, headers, body })
  }
  const senderOf = async (id = '') => (await api.call('GET', `/links/${id}`, asRole('iam'))).body['sender']
  return { post, senderOf }
}

/** A result of a link in a batch. */
interface Result {
  readonly status: number
  readonly link?: { readonly id: string }
  readonly problem?: { readonly reason: string }
}

test('of 40 tokens, those with the claim make links under its name alone, and the others none', async () => {
  const { post, senderOf } = setUp()
  const made: (readonly [id: unknown, name: string])[] = []
  const last = new Map<string, string>()
  for (const claims of claimsWith(names)) {
    const { name, groups } = claims
    const makes = async (path: string, body?: object) => {
      const answer = await post(claims, path, body)
      if (answer.status === 201) made.push([answer.body.id, name])
      return answer
    }
    expect((await makes('/links', { key: 'a' })).status).toBe(201)
    expect((await makes('/links', { key: 'a', sender: name })).status).toBe(201)
    for (const sender of [...names, 'Desk', 'Own', `${name.slice(1)} `].filter(each => each !== name)) {
      const errors = [{ field: 'sender', got: JSON.stringify(sender), allowed: `${JSON.stringify(name)}, or none` }]
      const refused = { status: 422, body: { reason: 'sender-fixed', errors } }
      expect(await makes('/links', { key: 'a', sender })).toMatchObject(refused)
    }
    const links = [{ key: 'a' }, { key: 'a', sender: name }, { key: 'a', sender: 'Zoe' }]
    const { results } = (await makes('/links/batch', { links })).body as unknown as { results: Result[] }
    expect(results.map(({ status, problem }) => problem?.reason ?? status)).toEqual([201, 201, 'sender-fixed'])
    const [mine, other] = results.map(({ link }) => link?.id ?? '')
    made.push([mine, name], [other, name])
    expect((await makes(`/links/${mine}/replace`)).status).toBe(201)
    // The link of the person before, who has the same issuer.
    const [group = ''] = groups
    const before = last.get(group)
    if (before !== undefined) expect((await makes(`/links/${before}/replace`)).status).toBe(group === 'own' ? 404 : 201)
    last.set(group, other ?? '')
  }
  expect(made).toHaveLength(16 * 5 + 7)
  const senders = await Promise.all(made.map(async ([id]) => [id, await senderOf(String(id))]))
  expect(senders).toEqual(made)
  for (const claims of claimsWith(malformed)) {
    const body = { reason: 'token-sender', detail: expect.stringContaining(' the claim name: ') as string }
    for (const path of ['/links', '/links/batch', `/links/${last.get('desk')}/replace`])
      expect(await post(claims, path)).toMatchObject({ status: 401, body })
  }
})

test('an admin with a token replaces links of others under its own name, and IAM callers name senders as before', async () => {
  const { post, senderOf } = setUp()
  const [ann, lead] = ['Ann', 'Lea'].map(name => ({ groups: [name === 'Ann' ? 'desk' : 'lead'], aud: 'page', name }))
  const { body: first } = await post(ann ?? {}, '/links', { key: 'a' })
  const { body: second } = await post(lead ?? {}, `/links/${first.id}/replace`)
  expect([await senderOf(first.id), await senderOf(second.id)]).toEqual(['Ann', 'Lea'])
  const { body: third } = await post('iam', `/links/${second.id}/replace`)
  const { body: fourth } = await post('iam', '/links', { key: 'a', sender: 'Zoe' })
  expect([await senderOf(third.id), await senderOf(fourth.id)]).toEqual(['Lea', 'Zoe'])
})
