import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHandler } from '../../../edge/redeem/handler.ts'
import type { Kms, KmsAttempt, LogLine, Ports } from '../../../edge/ports.ts'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import type { KmsAlgorithm } from '../../../shared/keys.ts'
import type { Link } from '../../../shared/link.ts'
import { createRetryBudget } from '../../../shared/redemption/retry-budget.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/clock.ts'
import { testDeployment } from '../../support/deployment.ts'
import { testKeyGroup, testKeyring, testKeys } from '../../support/keys.ts'
import { keyInKms } from '../../support/kms.ts'
import { makeLink, noon, reportPath, secondsFromNoon } from '../../support/links.ts'
import { memoryStore } from '../../support/memory-store.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/viewer-request.ts'

const keys = {
  ECDSA_SHA_256: keyInKms('ECDSA_SHA_256'),
  RSASSA_PKCS1_V1_5_SHA_256: keyInKms('RSASSA_PKCS1_V1_5_SHA_256'),
}
const regions = ['eu-west-1', 'us-east-1'] as const
type RequestOptions = Partial<Parameters<typeof viewerRequest>[0]>

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } })

/** Errors as KMS returns them: a temporary one, and one that KMS would return again. */
const internal = Object.assign(new Error(), {
  name: 'KMSInternalException',
  $fault: 'server',
  $metadata: { httpStatusCode: 500 },
})
const throttled = Object.assign(new Error(), {
  name: 'ThrottlingException',
  $fault: 'client',
  $metadata: { httpStatusCode: 400 },
})
const denied = Object.assign(new Error(), {
  name: 'AccessDeniedException',
  $fault: 'client',
  $metadata: { httpStatusCode: 400 },
})

/** Decides one request to KMS: returns its error, or undefined to sign. May advance the clock. */
type KmsBehaviour = (attempt: KmsAttempt, clock: ReturnType<typeof manualClock>) => Error | undefined

const signs: KmsBehaviour = () => undefined
const never: KmsBehaviour = ({ timeoutMs }, clock) => {
  clock.advance(timeoutMs)
  return new Error('no response')
}

interface EdgeOptions {
  readonly algorithm?: KmsAlgorithm
  readonly create?: typeof createHandler
  /** How long a write takes. @default 0 */
  readonly storeMs?: number
  /** Whether the edge has the port to KMS. @default true */
  readonly hasKms?: boolean
  /** Whether the secret has its former key, for links without a receipt. @default false */
  readonly hasFormerKey?: boolean
}

/** Creates an edge whose secret names a key in KMS, on a store in memory; `behaviour` decides each request to KMS. */
function kmsEdge(
  behaviour: KmsBehaviour = signs,
  {
    algorithm = 'ECDSA_SHA_256',
    create = createHandler,
    storeMs = 0,
    hasKms = true,
    hasFormerKey = false,
  }: EdgeOptions = {},
) {
  const { signing, signatureOf, keyGroup } = keys[algorithm]
  const [store, clock] = [memoryStore(), manualClock()]
  const attempts: (KmsAttempt & { readonly policy: string })[] = []
  const lines: LogLine[] = []
  const kms: Kms = {
    regions,
    retries: createRetryBudget(),
    async sign(policy, key, attempt) {
      expect(key).toBe(signing)
      attempts.push({ ...attempt, policy })
      const error = behaviour(attempt, clock)
      if (error !== undefined) throw error
      return signatureOf(policy)
    },
  }
  const ports: Ports = {
    clock,
    random: randomBytes,
    keyring: {
      current: async () => ({ ...testKeys, signing, ...(hasFormerKey && { withoutReceipt: testKeys.signing }) }),
    },
    table: { ...store.table, tryConsume: async (...args) => (clock.advance(storeMs), store.table.tryConsume(...args)) },
    log: line => void lines.push(line),
    ...(hasKms && { kms }),
  }
  const handle = create(ports, testDeployment({ signer: 'kms' }), 'eu-west-1')
  return { store, clock, attempts, lines, keyGroup, handle }
}

/** Issues a link at an edge. `open` requests it and returns the policy of the capability, or the reason of the refusal. */
async function issued(edge: ReturnType<typeof kmsEdge>, fields: Partial<Link> = { state: 'live' }) {
  const { nonce, link } = makeLink(fields)
  await edge.store.links.put(link, link.homeRegion)
  const send = (options: RequestOptions = {}) => edge.handle(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return {
    ...edge,
    link,
    nonce,
    send,
    open: async (options?: RequestOptions) => resultOf(await send(options)),
    state: async () => (await edge.store.links.find(link.id, link.homeRegion))?.state,
  }
}

function resultOf(response: CloudFrontResultResponse): string {
  return policyOf(response) ?? (JSON.parse(response.body ?? '{}') as { reason: string }).reason
}

const isPolicy = /^\{"Statement":\[\{"Resource":"https:\/\/files\.example\.com\/report\.pdf\?[^"]+"/

describe('a link that KMS signs for', () => {
  test.each(['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const)(
    'gets a signature that CloudFront accepts, with %s',
    async algorithm => {
      const { send, attempts, keyGroup, lines, link } = await issued(kmsEdge(signs, { algorithm }))
      const location = headerOf(await send(), 'location')
      expect(location).toMatch(/&Key-Pair-Id=KTESTKMS0001&Signature=[\w~-]+&Hash-Algorithm=SHA256$/)
      const request = { url: `https://files.example.com${location}`, address: '203.0.113.7', now: noon }
      expect(checkSignedUrl(request, keyGroup)).toEqual({
        kind: 'granted',
        url: `https://files.example.com${reportPath}`,
      })
      expect(attempts).toEqual([{ region: 'eu-west-1', timeoutMs: 1000, policy: expect.stringMatching(isPolicy) }])
      expect(lines).toMatchObject([{ outcome: 'redeemed', linkId: link.id, storeMs: 0 }])
    },
  )

  test.each(['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const)(
    'gives the same client the same policy again, and no other client any, with %s',
    async algorithm => {
      const { open, clock, attempts } = await issued(kmsEdge(signs, { algorithm }))
      const first = await open(withKey('order 17'))
      clock.advance(10_000)
      expect(await open(withKey('order 17'))).toBe(first)
      expect(await open(withKey('order 18'))).toBe('spent')
      expect(await open()).toBe('spent')
      expect(first).toMatch(isPolicy)
      expect(attempts.map(({ policy }) => policy)).toEqual([first, first])
    },
  )

  test('is refused for its missing receipt before it is for its expiry', async () => {
    expect(await (await issued(kmsEdge(), { expiresAt: secondsFromNoon(0) })).open()).toBe('unsupported')
    expect(await (await issued(kmsEdge(), { state: 'live', expiresAt: secondsFromNoon(0) })).open()).toBe('expired')
  })
})

describe('while the secret has its former key', () => {
  const edge = () => kmsEdge(signs, { hasFormerKey: true })
  const granted = { kind: 'granted', url: `https://files.example.com${reportPath}` }
  const check = (response: CloudFrontResultResponse, group: typeof testKeyGroup) => {
    const url = `https://files.example.com${headerOf(response, 'location')}`
    return checkSignedUrl({ url, address: '203.0.113.7', now: noon }, group)
  }

  test('a link without a receipt is signed with that key, once, without KMS', async () => {
    const { send, open, attempts, store, link } = await issued(edge(), {})
    expect(check(await send(), testKeyGroup)).toEqual(granted)
    expect(await store.links.find(link.id, link.homeRegion)).toBeUndefined()
    expect(await open()).toBe('spent')
    expect(attempts).toEqual([])
  })

  test('a link with a receipt is signed by KMS', async () => {
    const { send, attempts, keyGroup } = await issued(edge())
    expect(check(await send(), keyGroup)).toEqual(granted)
    expect(attempts).toHaveLength(1)
  })

  test('a client that repeats its request before and after the change of the signer gets the same policy', async () => {
    const { nonce, link } = makeLink({ state: 'live' })
    const withKms = kmsEdge()
    await withKms.store.links.put(link, link.homeRegion)
    const ports = { clock: withKms.clock, random: randomBytes, table: withKms.store.table, log: () => undefined }
    const before = createHandler({ ...ports, keyring: testKeyring }, testDeployment(), 'eu-west-1')
    const request = viewerRequest({ uri: `/d/${nonce}`, ...withKey('order 17') })
    const [first, second] = [await before(request), await withKms.handle(request)]
    expect(policyOf(second)).toBe(policyOf(first))
    expect(policyOf(first)).toMatch(isPolicy)
  })
})

describe('KMS is not called', () => {
  const refusals: readonly (readonly [string, Partial<Link>, RequestOptions])[] = [
    ['forged', {}, { uri: `/d/E${'A'.repeat(42)}` }],
    ['expired', { expiresAt: secondsFromNoon(0) }, {}],
    ['revoked', { state: 'revoked' }, {}],
  ]

  test.each(refusals)('if the request is refused as %s', async (reason, fields, options) => {
    const { open, attempts } = await issued(kmsEdge(), { state: 'live', ...fields })
    expect(await open(options)).toBe(reason)
    expect(attempts).toEqual([])
  })
})

describe('when KMS fails', () => {
  test('in the nearest Region, the next one signs', async () => {
    const { open, attempts, clock, lines } = await issued(
      kmsEdge(({ region }) => (region === 'eu-west-1' ? internal : undefined)),
    )
    expect(await open()).toMatch(isPolicy)
    expect(attempts.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1'])
    expect(clock.now()).toBe(noon)
    expect(lines[0]?.error).toBeUndefined()
  })

  test('in all Regions, they are called again, except one that would refuse again', async () => {
    const errors = [internal, denied, new Error('reset'), undefined]
    const { open, attempts } = await issued(kmsEdge(() => errors.shift()))
    expect(await open()).toMatch(isPolicy)
    expect(attempts.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1', 'eu-west-1', 'eu-west-1'])
    expect(new Set(attempts.map(({ policy }) => policy)).size).toBe(1)
  })

  test('by throttling, it is called once in each Region when the budget for retries is spent', async () => {
    const edge = kmsEdge(() => throttled)
    const { open, attempts } = await issued(edge)
    expect(await open()).toBe('unsigned')
    expect(attempts).toHaveLength(2 + 5 * 2)
    const { open: openNext } = await issued(edge)
    expect(await openNext()).toBe('unsigned')
    expect(attempts).toHaveLength(2 + 5 * 2 + 2)
  })

  test('for good, the viewer gets 503 at once, and the log names the error', async () => {
    const { send, attempts, clock, lines, state } = await issued(kmsEdge(() => denied))
    const response = await send()
    expect(response.status).toBe('503')
    expect(resultOf(response)).toBe('unsigned')
    expect(headerOf(response, 'retry-after')).toBe('5')
    expect(attempts).toHaveLength(2)
    expect(clock.now()).toBe(noon)
    expect(await state()).toBe('used')
    expect(lines).toMatchObject([
      { outcome: 'refused', reason: 'unsigned', error: 'AccessDeniedException', storeMs: 0 },
    ])
  })

  test('until the deadline, the viewer is refused then, and can repeat the request with the same key', async () => {
    let behaviour = never
    const { open, attempts, clock, state } = await issued(kmsEdge((...args) => behaviour(...args)))
    expect(await open(withKey('order 17'))).toBe('unsigned')
    expect(attempts).toMatchObject([
      { region: 'eu-west-1', timeoutMs: 1000 },
      { region: 'us-east-1', timeoutMs: 1000 },
      { region: 'eu-west-1', timeoutMs: 1000 },
      { region: 'us-east-1', timeoutMs: 675 },
    ])
    expect(clock.now() - noon).toBe(3700)
    expect(await state()).toBe('used')
    behaviour = signs
    expect(await open(withKey('order 18'))).toBe('spent')
    const again = await open(withKey('order 17'))
    expect(again).toMatch(isPolicy)
    expect(new Set(attempts.map(({ policy }) => policy))).toEqual(new Set([again]))
  })

  test('after a slow store, only the remaining time is spent', async () => {
    const { open, attempts, clock, lines } = await issued(kmsEdge(never, { storeMs: 1400 }))
    expect(await open()).toBe('unsigned')
    expect(attempts.map(({ timeoutMs }) => timeoutMs)).toEqual([1000, 1000, 275])
    expect(clock.now() - noon).toBe(3700)
    expect(lines[0]?.storeMs).toBe(1400)
  })
})

/** Promises of any edge with a key in KMS, each with its check. */
const promises: Readonly<Record<string, (create: typeof createHandler) => Promise<void>>> = {
  async 'a link without a receipt is not used where KMS signs'(create) {
    const { open, link, store } = await issued(kmsEdge(signs, { create }), {})
    await open()
    expect(await store.links.find(link.id, link.homeRegion)).toEqual(link)
  },
  async 'a link is not used by an edge without a port to KMS'(create) {
    const { open, state } = await issued(kmsEdge(signs, { create, hasKms: false }))
    expect(await open()).toBe('failed')
    expect(await state()).toBe('live')
  },
  async 'a link that expired while KMS signed gives no capability'(create) {
    const slow: KmsBehaviour = (_, clock) => (clock.advance(1000), undefined)
    const edge = kmsEdge(slow, { create })
    expect(await (await issued(edge, { state: 'live', expiresAt: secondsFromNoon(1) })).open()).toBe('expired')
  },
  async 'a link that was revoked after KMS failed gets no signature, not even its first one'(create) {
    let isDenied = true
    const { open, link, store, attempts } = await issued(kmsEdge(() => (isDenied ? denied : undefined), { create }))
    expect(await open(withKey('order 17'))).toBe('unsigned')
    isDenied = false
    await store.links.revoke(link, link.homeRegion)
    const before = attempts.length
    expect(await open(withKey('order 17'))).toBe('revoked')
    expect(attempts).toHaveLength(before)
  },
  async 'a capability that expired while KMS signed is not handed out'(create) {
    let ms = 0
    const { open, clock } = await issued(
      kmsEdge((_, { advance }) => (advance(ms), undefined), { create }),
      { state: 'live', urlSeconds: 5 },
    )
    await open(withKey('order 17'))
    ms = 500
    clock.advance(4500)
    expect(await open(withKey('order 17'))).toBe('spent')
  },
}

test.each(Object.entries(promises))('%s', (_, check) => check(createHandler))

test('a redemption whose write came before the revocation may still be signed, with the end that is stored', async () => {
  const revoking: KmsBehaviour = (_, clock) => {
    clock.advance(1000)
    void store.links.revoke(link, link.homeRegion)
    return undefined
  }
  const { open, link, store } = await issued(kmsEdge(revoking))
  const policy = await open(withKey('order 17'))
  const stored = await store.links.find(link.id, link.homeRegion)
  expect(stored?.state).toBe('revoked')
  expect(policy).toContain(`"AWS:EpochTime":${stored?.receipt?.urlExpiresAt}`)
})

describe('an edge broken on purpose fails the test that', () => {
  const redeemer = (find: string, replace: string): Patch => ({ file: 'edge/redeem/redeemer.ts', find, replace })
  const withoutEndCheck: Patch = {
    file: 'edge/redeem/sign-with-kms.ts',
    find: "if (end === 'expired' || end === 'spent') return { kind: 'refused', reason: end }",
    replace: '',
  }

  test.each<[keyof typeof promises, Patch]>([
    ['a link without a receipt is not used where KMS signs', redeemer('|| flags.receipt ?', '|| true ?')],
    ['a link is not used by an edge without a port to KMS', redeemer('assert(key && kms, ', 'assert(key, ')],
    ['a link that expired while KMS signed gives no capability', withoutEndCheck],
    ['a capability that expired while KMS signed is not handed out', withoutEndCheck],
  ])('%s', async (promise, patch) => {
    const root = await brokenCopy('kms', [patch])
    onTestFinished(() => removeCopy(root))
    const broken = (await import(join(root, 'edge/redeem/handler.ts'))) as {
      readonly createHandler: typeof createHandler
    }
    await expect(promises[promise]?.(broken.createHandler)).rejects.toThrow('expected')
  })
})

test('if KMS fails, a browser without a cookie gets one, and with it the file when it tries again', async () => {
  let isDenied = true
  const { send } = await issued(kmsEdge(() => (isDenied ? denied : undefined)))
  const html = { Accept: 'text/html' }
  const page = await send({ headers: html })
  expect(page.status).toBe('503')
  expect(page.body).toContain('href="?">Try again</a>')
  const cookie = headerOf(page, 'set-cookie')?.split(';')[0] ?? ''
  isDenied = false
  expect((await send({ headers: html })).status).toBe('403')
  expect((await send({ headers: { ...html, Cookie: cookie } })).status).toBe('302')
})
