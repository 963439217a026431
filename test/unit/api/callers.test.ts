import type { APIGatewayEventIdentity } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { testApi } from '../../support/api/api.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { makeLink } from '../../support/table/links.ts'

type Identity = Partial<APIGatewayEventIdentity>

const deployment = { userRoles: ['saml-staff'], callerQuota: 100 }
const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' }

/** Makes the identity of a session of a role, as API Gateway reports it. */
const sessionOf = (role: string, session: string, id = 'AROAEXAMPLE'): Identity => ({
  user: `${id}:${session}`,
  caller: `${id}:${session}`,
  userArn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
})

/** Makes the identity of a user of a Cognito identity pool: the name of the session is the same for all. */
const cognito = (cognitoIdentityId: string): Identity => ({
  ...sessionOf('pool-users', 'CognitoIdentityCredentials'),
  cognitoIdentityId,
  cognitoIdentityPoolId: 'eu-west-1:11111111-2222-3333-4444-555555555555',
  cognitoAuthenticationType: 'authenticated',
})

const sso = (user: string) => sessionOf('AWSReservedSSO_Issuers_0123456789abcdef', user)

const federated = (name: string): Identity => ({
  user: `111122223333:${name}`,
  userArn: `arn:aws:sts::111122223333:federated-user/${name}`,
})

const iamUser = (name: string): Identity => ({
  user: `AIDA${name.toUpperCase()}`,
  userArn: `arn:aws:iam::111122223333:user/${name}`,
})

type Pair = readonly [name: string, one: Identity, other: Identity]

const twoCallers: readonly Pair[] = [
  ['users of one Cognito identity pool', cognito('eu-west-1:alice'), cognito('eu-west-1:bob')],
  ['users of IAM Identity Center with one permission set', sso('alice@example.com'), sso('bob@example.com')],
  ['users of a role of `userRoles`', sessionOf('saml-staff', 'alice'), sessionOf('saml-staff', 'bob')],
  ['federated users of one account', federated('alice'), federated('bob')],
  ['users of IAM', iamUser('alice'), iamUser('bob')],
  ['roles', sessionOf('a', 's', 'AROAONE'), sessionOf('b', 's', 'AROAOTHER')],
  [
    'a user of a role and a role of the same name in another account',
    sessionOf('saml-staff', 'alice'),
    {
      ...sessionOf('saml-staff', 'alice'),
      accountId: '444455556666',
    },
  ],
  ['a role that was deleted and made again', sessionOf('a', 's', 'AROAOLD'), sessionOf('a', 's', 'AROANEW')],
  ['a caller that API Gateway does not name and one that it names', { user: '' }, iamUser('alice')],
]

const oneCaller: readonly Pair[] = [
  ['instances of one role', sessionOf('app', 'i-0123456789abcdef0'), sessionOf('app', 'i-0fedcba9876543210')],
  ['tasks of one role', sessionOf('app', '0'.repeat(32)), sessionOf('app', '1'.repeat(32))],
  ['functions of one role', sessionOf('app', 'issue'), sessionOf('app', 'resend')],
  ['sessions that their program names', sessionOf('app', 'botocore-session-1'), sessionOf('app', 'botocore-session-2')],
  [
    'one user of a Cognito identity pool',
    cognito('eu-west-1:alice'),
    {
      ...cognito('eu-west-1:alice'),
      ...sessionOf('pool-users', 'other'),
    },
  ],
  ['one user of IAM Identity Center', sso('alice@example.com'), sso('alice@example.com')],
  ['a role that is named like one of `userRoles`', sessionOf('saml-staff-app', 'a'), sessionOf('saml-staff-app', 'b')],
]

/** Returns whether both get the same link with the same Idempotency-Key. */
async function shareKey(one: Identity, other: Identity): Promise<boolean> {
  const api = testApi({}, deployment)
  const issue = (identity: Identity) => api.call('POST', '/links', { body: { key: 'k' }, headers, identity })
  const [first, second] = [await issue(one), await issue(other)]
  expect([first.status, second.status]).toEqual([201, 201])
  return first.body.id === second.body.id
}

/** Returns whether both use up one quota. */
async function shareQuota(one: Identity, other: Identity): Promise<boolean> {
  const api = testApi({}, deployment)
  await api.call('GET', '/links', { identity: one })
  const { headers: after } = await api.call('GET', '/links', { identity: other })
  return after['ratelimit']?.includes('r=98') === true
}

/** Returns whether the second one gets what the first one exchanged. */
async function shareExchange(one: Identity, other: Identity): Promise<boolean> {
  const exchange = testExchange({ deployment })
  const { nonce, link } = makeLink({ state: 'live' })
  await exchange.store.links.put(link, link.homeRegion)
  expect((await exchange.exchange(nonce, { headers, identity: one })).status).toBe(200)
  return (await exchange.exchange(nonce, { headers, identity: other })).status === 200
}

describe('two callers share no Idempotency-Key, no quota and no exchange', () => {
  test.each(twoCallers)('%s', async (_, one, other) => {
    expect(await shareKey(one, other)).toBe(false)
    expect(await shareQuota(one, other)).toBe(false)
    expect(await shareExchange(one, other)).toBe(false)
  })
})

describe('one caller shares them with itself', () => {
  test.each(oneCaller)('%s', async (_, one, other) => {
    expect(await shareKey(one, other)).toBe(true)
    expect(await shareQuota(one, other)).toBe(true)
    expect(await shareExchange(one, other)).toBe(true)
  })
})
