import { afterEach, expect, test, vi } from 'vitest'
import { testDeployment } from '../../support/edge/deployment.ts'

const entry = { id: 'reports', group: 'reports', prefixes: ['reports/'], verbs: ['issue'] }
const auth = { issuer: 'https://login.example.com', audience: 'links' }
const functions = {
  links: () => import('../../../api/links/main.ts'),
  exchange: () => import('../../../api/exchange/main.ts'),
  authorizer: () => import('../../../api/authorizer/main.ts'),
} as const
const all = Object.keys(functions)

/** Starts the functions in an environment, as Lambda does; returns those that serve requests. */
async function started(environment: Record<string, string>): Promise<readonly string[]> {
  vi.resetModules()
  vi.stubGlobal('DEPLOYMENT', testDeployment())
  const common = { AWS_REGION: 'us-east-1', BUCKET: 'content', BUCKET_REGION: 'us-east-1', AUTH: JSON.stringify(auth) }
  for (const [name, value] of Object.entries({ ...common, ...environment })) vi.stubEnv(name, value)
  const results = await Promise.allSettled(Object.values(functions).map(async load => load()))
  return all.filter((_, index) => results[index]?.status === 'fulfilled')
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

test('the functions start with a list of issuers, and without one', async () => {
  expect(await started({ ISSUERS: JSON.stringify([entry]) })).toEqual(all)
  expect(await started({ ISSUERS: '' })).toEqual(all)
})

test.each(['[', '[]', '{}', 'null', ' ', JSON.stringify([{ ...entry, prefixes: ['reports'] }])])(
  'with the list %s neither function of the API starts: without it, all callers may do everything',
  async issuers => {
    expect(await started({ ISSUERS: issuers })).toEqual(['authorizer'])
    expect(await started({ ISSUERS: issuers, AUDIT_BUS: 'once' })).toEqual(['authorizer'])
  },
)

test.each(['', '{', 'null', '{}', '[]', JSON.stringify({ ...auth, audience: '' }), '{"issuer":"http://a.example"}'])(
  'with the provider %s the authorizer does not start, so API Gateway accepts no token',
  async wrong => {
    expect(await started({ AUTH: wrong })).toEqual(['links', 'exchange'])
  },
)
