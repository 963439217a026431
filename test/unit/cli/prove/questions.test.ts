import { describe, expect, test } from 'vitest'
import { questions } from '../../../../cli/deployment/prove/questions.ts'
import type { Answer } from '../../../../cli/deployment/prove/question.ts'
import type { SettingsInput } from '../../../../infra/settings/settings.ts'
import type { Facts } from '../../../../cli/deployment/doctor/facts.ts'
import { differs, type Mutable } from '../facts.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import { contextIn, type World } from './world.ts'

type Case = readonly [
  id: string,
  kind: Answer['kind'],
  shows: RegExp,
  world?: Partial<World>,
  settings?: Partial<SettingsInput>,
]

const refused = (...reasons: string[]) => ({ kind: 'refused', reasons }) as const
const created = (outputs: Record<string, string> = {}) => ({ kind: 'created', outputs }) as const
const isPrivate = { network: 'private' } as const
const withoutGate = { gate: false } as const
const auth = { issuer: 'https://login.example.com', audience: 'links' }
const hosted = { auth, sendPage: { clientId: 'once-page' } }
const ownPages = { pageOrigins: ['https://portal.example.com'] }
const proof = { deliveryProof: true }
const fileEnds = { fileEnds: true }
const taking = {
  ...hosted,
  sendPage: { clientId: 'once-page', domainName: 'send.example.com' },
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/one',
  uploadLinks: true,
}
const notified = { endpoints: [{ id: 'portal', url: 'https://portal.example.com/hooks', secretName: 'portal' }] }
/** What a job's function logs, if anything. */
const logging = (line: string | undefined): Partial<World> => ({ proofs: { logLine: async () => line } })
const scanned = { scan: 'guardduty' } as const
const seenAsIpv6 = { ipv6: created({ Host: 'trial.example' }) }
/** A function of which this property differs. */
const lambda = (path: string) => {
  return { id: 'once-watch', type: 'AWS::Lambda::Function', isDeleted: false, differences: [differs(path)] }
}
const inModeStrong: Partial<SettingsInput> = { mode: 'strong', homeRegions: ['us-east-1', 'us-east-2'] }
/** AWS did not make the distribution, for this reason. */
function withoutDistribution(facts: Mutable<Facts>, reason: string): void {
  facts.distribution = undefined
  const refused = { type: 'AWS::CloudFront::Distribution', physicalId: '', status: 'CREATE_FAILED', reason }
  facts.stacks = facts.stacks.map(stack => ({ ...stack, resources: [refused] }))
}

const codeIn = (texts: readonly string[]) => /code is (\w+)/.exec(texts.at(-1) ?? '')?.[1] ?? ''

const cases: readonly Case[] = [
  ['signature', 'yes', /P-256 with SHA-256: the link opened, and 45 bytes arrived/],
  ['signature', 'yes', /RSA-2048 with SHA-256/, {}, { keySpec: 'RSA-2048' }],
  ['signature', 'no', /returned 403 as one of our error pages.*keySpec: 'RSA-2048'/, { acceptsSignature: false }],
  ['signature', 'no', /once doctor, which compares/, { acceptsSignature: false }, { keySpec: 'RSA-2048' }],
  ['signature', 'not tried', /only your network/, {}, isPrivate],
  ['bucket', 'yes', /the bytes of the file arrived/],
  ['bucket', 'yes', /an error page arrived/, { acceptsSignature: false }],
  [
    'bucket',
    'no',
    /no setting does: let callers exchange links.*docs\/links\.md/,
    { acceptsSignature: false, showsPages: false },
  ],
  ['bucket', 'not tried', /only your network/, {}, isPrivate],
  ['refusals', 'yes', /used link returned 403 by the edge function, an unknown one 404 by the edge function/],
  [
    'refusals',
    'no',
    /403 as one of our error pages.*ErrorPageOrigin\.responses.*decision 32/,
    { replacesRefusals: true },
  ],
  ['refusals', 'not tried', /only your network/, {}, isPrivate],
  ['file-name', 'yes', /its name in UTF-8/],
  ['file-name', 'no', /without its name.*ASCII/, { fileHeaders: {} }],
  ['file-name', 'no', /returned 403.*ASCII/, { acceptsSignature: false }],
  ['file-name', 'not tried', /only your network/, {}, isPrivate],
  ['deleted-version', 'word', /^403 the viewer gets 403 as one of our error pages/],
  ['deleted-version', 'word', /^404 the viewer gets 404 as one of our error pages/, { deletedStatus: 404 }],
  ['deleted-version', 'no', /the file arrived.*revoke links/, { deletedStatus: 200 }],
  ['deleted-version', 'not tried', /no file arrives/, { acceptsSignature: false }],
  ['origin', 'yes', /before the stack of eu-west-1/],
  ['origin', 'no', /origin.*put us-east-1 first/, { facts: f => withoutDistribution(f, 'The origin does not exist') }],
  ['origin', 'not tried', /no reason that names its origin/, { facts: f => withoutDistribution(f, 'Rate exceeded') }],
  ['origin', 'not tried', /in one stack/, {}, { homeRegions: ['us-east-1'] }],
  ['gate', 'yes', /without the cookie 403 by the gate, with it the file arrived/],
  ['gate', 'no', /checks nothing.*gate: false/, { gate: 'is missing' }],
  ['gate', 'no', /also with the cookie.*gate: false/, { gate: 'drops cookies' }],
  ['gate', 'no', /without its cookie.*gate: false/, { setsCookie: false }],
  ['gate', 'not tried', /403 as one of our error pages, not by the gate/, { acceptsSignature: false }],
  ['gate', 'not tried', /gate: true/, {}, withoutGate],
  ['client-header', 'not tried', /403 as one of our error pages, not by the gate/, { acceptsSignature: false }],
  ['gate-order', 'word', /signature first/],
  ['gate-order', 'word', /gate first.* sees the parameters/, { first: 'gate' }],
  ['gate-order', 'word', /gate first.*does not see/, { first: 'gate', seesSignature: false }],
  ['pinned-version-after-error', 'word', /does not run/, {}, { plan: 'pro' }],
  [
    'pinned-version-after-error',
    'word',
    /^\S*runs/,
    { refusalHeaders: { 'content-disposition': 'attachment' } },
    { plan: 'free' },
  ],
  ['pinned-version-after-error', 'not tried', /only with plan/],
  ['client-header', 'yes', /opened with it/],
  ['client-header', 'no', /the gate refused the file.*gate: false/, { gate: 'drops headers' }],
  ['client-header', 'not tried', /gate: true/, {}, withoutGate],
  ['client-header-curl', 'yes', /curl -L -H opened/, { curl: '200 1' }],
  ['client-header-curl', 'no', /curl got 403 1.*Accept: application\/json/, { curl: '403 1' }],
  ['client-header-curl', 'not tried', /not installed/],
  [
    'send-page',
    'yes',
    /with its policy, the API to a wrong token with GET, POST and DELETE 401 token-malformed/,
    {},
    hosted,
  ],
  ['send-page', 'no', /without its policy/, { page: 'has no policy' }, hosted],
  ['send-page', 'no', /POST and DELETE 403 without a reason.*revert-drift/, { page: 'has other refusals' }, hosted],
  ['send-page', 'no', /POST and DELETE 401 token-malformed, 403 without/, { page: 'gets no other methods' }, hosted],
  ['send-page', 'not tried', /has no page -> npm run deploy/, { page: 'is missing' }, hosted],
  ['send-page', 'not tried', /needs sendPage/],
  ['login', 'yes', /the token endpoint returned 400 invalid_grant/, {}, hosted],
  ['login', 'no', /discovery document does not allow.*token endpoint does not/, { provider: 'allows no page' }, hosted],
  ['login', 'no', /the issuer in it is not that of the settings/, { provider: 'has another issuer' }, hosted],
  ['login', 'no', /policy lacks the token endpoint.*sendPage\.origins/, { provider: 'has another host' }, hosted],
  ['login', 'no', /does not refuse a wrong code in JSON/, { provider: 'has no JSON' }, hosted],
  ['login', 'no', /the discovery document, 503, names no token endpoint/, { provider: 'is down' }, hosted],
  ['login', 'not tried', /has no page -> npm run deploy/, { page: 'is missing' }, hosted],
  ['login', 'not tried', /needs sendPage/],
  ['page-origins', 'yes', /link 200 readable, file 200 readable, error page 403 readable; another/, {}, ownPages],
  ['page-origins', 'no', /error page 403 not.*lead the browser/, { cors: 'is not on error pages' }, ownPages],
  ['page-origins', 'no', /another origin: readable/, { cors: 'allows all' }, ownPages],
  ['page-origins', 'no', /file 403 readable/, { acceptsSignature: false }, ownPages],
  ['page-origins', 'not tried', /the link returned 503/, { linkStatus: 503 }, ownPages],
  ['page-origins', 'not tried', /only your network/, {}, { ...ownPages, ...isPrivate }],
  ['page-origins', 'not tried', /only with pageOrigins/],
  ['upload-checksum', 'yes', /another byte 400, another length 400, the part itself 200/],
  ['upload-checksum', 'no', /another byte 200.*give no issuer the verb upload/, { parts: 'are not checked' }],
  ['upload-checksum', 'not tried', /only your network/, {}, isPrivate],
  ['upload-cors', 'yes', /the preflight returned 200, and allows: \*; GET, PUT; x-amz-checksum-sha256/],
  ['upload-cors', 'no', /the preflight returned 403.*once issue FILE/, { parts: 'come from no page' }],
  ['upload-cors', 'no', /allows: \*; GET, PUT; range/, { parts: 'have no header' }],
  ['upload-cors', 'not tried', /only your network/, {}, isPrivate],
  ['upload-link', 'yes', /21 of 21 bytes arrived; S3 allowed an origin of the page/, {}, taking],
  ['upload-link', 'no', /allowed an origin of none.*uploadLinks: false/, { parts: 'come from no page' }, taking],
  ['upload-link', 'no', /0 of 21 bytes arrived/, { parts: 'are lost' }, taking],
  ['upload-link', 'not tried', /uploadLinks: true/],
  ['scan', 'yes', /test text: THREATS_FOUND after 0 s; a clean file: a link after 0 s, 200/, {}, scanned],
  ['scan', 'no', /a link was issued to the test text.*turn the setting scan off/, { scan: 'finds nothing' }, scanned],
  ['scan', 'no', /THREATS_FOUND after 0 s; a clean file: object-refused/, { scan: 'refuses all' }, scanned],
  ['scan', 'no', /the test text: object-unchecked after/, { scan: 'never ends' }, scanned],
  ['scan', 'no', /a link after 0 s, 403/, { acceptsSignature: false }, scanned],
  ['scan', 'not tried', /only your network/, {}, { ...scanned, ...isPrivate }],
  ['scan', 'not tried', /without the setting scan/],
  ['scan-unsupported', 'yes', /^UNSUPPORTED after 0 s/, {}, scanned],
  ['scan-unsupported', 'yes', /^a link after 0 s/, { scan: 'finds nothing' }, { ...scanned, scanUnsupported: 'allow' }],
  ['scan-unsupported', 'no', /^a link after 0 s.*turn the setting scan off/, { scan: 'finds nothing' }, scanned],
  ['scan-unsupported', 'no', /^UNSUPPORTED after/, { scan: 'refuses all' }, { ...scanned, scanUnsupported: 'allow' }],
  ['scan-unsupported', 'no', /^object-unchecked after/, { scan: 'never ends' }, scanned],
  ['scan-unsupported', 'not tried', /only your network/, {}, { ...scanned, ...isPrivate }],
  ['scan-unsupported', 'not tried', /without the setting scan/],
  ['homes', 'yes', /opened once in eu-west-1, us-east-1/],
  ['homes', 'no', /when opened again 302.*leavingRegions/, { opensAgain: true }],
  ['homes', 'not tried', /only your network/, {}, isPrivate],
  ['round-trips', 'word', /eu-west-1 40 ms, at worst 40 ms; us-east-1 40 ms, at worst/, { linkMs: 40 }],
  ['round-trips', 'word', /median of 10: nearest replica 40 ms/, { linkMs: 40 }, inModeStrong],
  ['round-trips', 'not tried', /only your network/, {}, isPrivate],
  ['replication', 'yes', /after 0 s at most, in eu-west-1, us-east-1/],
  ['replication', 'yes', /after 0 s at most, in us-east-1, us-east-2/, {}, inModeStrong],
  [
    'replication',
    'no',
    /of us-east-1 was not in eu-west-1 after 30 s.*once doctor/,
    { proofs: { hasItem: async (_, __, region) => region !== 'eu-west-1' } },
  ],
  ['replication', 'not tried', /one home Region/, {}, { homeRegions: ['us-east-1'] }],
  [
    'plan',
    'yes',
    /plan pro: name and headers arrived; to a viewer that sends x-amz-meta-a, 200/,
    {
      fileHeaders: { 'content-disposition': 'attachment; filename="proof.txt"', 'content-security-policy': 'sandbox' },
    },
    { plan: 'pro' },
  ],
  ['plan', 'no', /without its name.*no plan/, { fileHeaders: {} }, { plan: 'pro' }],
  ['plan', 'no', /returned 403.*no plan/, { acceptsSignature: false }, { plan: 'pro' }],
  ['plan', 'yes', /CloudFront accepted a subscription/, { trials: { plan: created() } }],
  ['plan', 'no', /AWS refused.*tier.*use no plan/, { trials: { plan: refused('tier') } }],
  ['plan', 'not tried', /needs --also plan/],
  ['memory', 'yes', /512 MB is deployed/, {}, { edgeMemory: 512 }],
  ['memory', 'not tried', /more than 128 MB/, {}, { edgeMemory: 128 }],
  ['memory', 'not tried', /more than 128 MB/, { facts: f => (f.distribution = undefined) }, { edgeMemory: 512 }],
  ['memory', 'yes', /accepted a function of 256 MB/, { trials: { memory: created() } }],
  ['memory', 'no', /edgeMemory: 128/, { trials: { memory: refused('the memory of the function is larger than 128') } }],
  ['memory', 'not tried', /refused something else/, { trials: { memory: refused('no such runtime') } }],
  ['memory', 'not tried', /needs --also memory/],
  ['continents', 'yes', /a throw-away table/, { trials: { strong: created() } }],
  ['continents', 'no', /AWS refused a table.*closed set.*mode: 'home'/, { trials: { strong: refused('closed set') } }],
  ['continents', 'not tried', /needs --also strong/],
  ['ipv6', 'yes', /opened over IPv6/, {}, { ipv6: true }],
  ['ipv6', 'no', /403 by the gate.*ipv6: false/, { ipv6: 'is refused' }, { ipv6: true }],
  ['ipv6', 'not tried', /not by the gate/, { acceptsSignature: false }, { ipv6: true }],
  ['ipv6', 'not tried', /no IPv6/, { ipv6: 'is absent' }, { ipv6: true }],
  ['ipv6', 'not tried', /ipv6: true/],
  ['ipv6-spelling', 'word', /lower case, compressed, no leading zeros/, { trials: seenAsIpv6 }],
  [
    'ipv6-spelling',
    'word',
    /upper case, not compressed, zeros kept/,
    { trials: seenAsIpv6, trialText: 'upper case, not compressed, zeros kept' },
  ],
  ['ipv6-spelling', 'no', /no spelling of RFC 4291.*ipv6: false/, { trials: seenAsIpv6, trialText: 'unknown' }],
  ['ipv6-spelling', 'not tried', /returned 503 by CloudFront/, { trials: seenAsIpv6, trialStatus: 503 }],
  ['ipv6-spelling', 'not tried', /over IPv4/, { trials: seenAsIpv6, trialText: 'IPv4' }],
  ['ipv6-spelling', 'not tried', /needs --also ipv6/],
  ['cookie', 'not tried', /no terminal/],
  ['cookie', 'not tried', /no browser was named/, { person: [''] }],
  ['cookie', 'not tried', /gate: true/, {}, withoutGate],
  ['cookie', 'no', /Safari: no.*bind client/, { person: ['Safari', '', ''] }],
  ['edge-metrics', 'yes', /in \S+, within 0 minutes/],
  [
    'edge-metrics',
    'no',
    /is not the JSON.*alarm on 5xx/,
    { proofs: { logLine: async () => '{"message":"{\\"outcome\\":\\"refused\\"}"}' } },
  ],
  ['edge-metrics', 'not tried', /no line of a refusal/, { proofs: { logLine: async () => undefined } }],
  ['edge-metrics', 'not tried', /the metric did not arrive/, { proofs: { ownMetric: async () => 0 } }],
  ['edge-metrics', 'not tried', /no log group/, { facts: f => (f.edgeLogs = {}) }],
  ['delivery', 'yes', /the download is complete, that which broke off partial, within 0 minutes/, {}, proof],
  ['delivery', 'no', /broke off complete.*deliveryProof: false/, { deliveries: ['complete', 'complete'] }, proof],
  ['delivery', 'no', /the download is partial/, { deliveries: ['partial', 'started'] }, proof],
  ['delivery', 'not tried', /not both arrived in time/, { deliveries: ['complete', 'none'] }, proof],
  ['delivery', 'not tried', /not both arrived in time/, { deliveries: ['unknown', 'partial'] }, proof],
  ['delivery', 'not tried', /deliveryProof: true/],
  ['file-end', 'yes', /within 0 minutes/, logging('{"outcome":"deleted"}'), fileEnds],
  ['file-end', 'no', /kept within 0 minutes.*lifecycle rule/, logging('{"outcome":"kept"}'), fileEnds],
  ['file-end', 'no', /failed within/, logging('Task timed out'), fileEnds],
  ['file-end', 'not tried', /not called within 10 minutes: .* an hour after/, logging(undefined), fileEnds],
  ['file-end', 'not tried', /only your network/, {}, { ...fileEnds, ...isPrivate }],
  ['file-end', 'not tried', /fileEnds: true/],
  ['webhook', 'yes', /within 0 minutes/, logging(undefined), notified],
  ['webhook', 'no', /not accepted: 410.*sent again/, logging('{"outcome":"buried","status":410}'), notified],
  ['webhook', 'no', /not accepted: no-endpoint/, logging('{"outcome":"buried","reason":"no-endpoint"}'), notified],
  [
    'webhook',
    'not tried',
    /neither accepted nor refused within 10 minutes/,
    { proofs: { logLine: async () => undefined, handledMessages: async () => 0 } },
    notified,
  ],
  ['webhook', 'not tried', /only your network/, {}, { ...notified, ...isPrivate, endpointsOutside: true }],
  ['webhook', 'not tried', /\(endpoints\)/],
  ['events', 'yes', /within 0 minutes/],
  ['events', 'no', /not counted within 10 minutes.*file an issue/, { proofs: { ownMetric: async () => 0 } }],
  ['events', 'not tried', /only your network/, {}, isPrivate],
  ['drift', 'yes', /it finds none/],
  ['drift', 'yes', /^AWS::Lambda::Function \/Tags\/0 NOT_EQUAL$/, { drifted: [lambda('/Tags/0')] }],
  [
    'drift',
    'no',
    /AWS::Lambda::Function \/Role NOT_EQUAL.*file an issue/,
    { drifted: [lambda('/Tags/0'), lambda('/Role')] },
  ],
  [
    'drift',
    'no',
    /AWS::Lambda::Function deleted/,
    { drifted: [{ ...lambda('/Role'), isDeleted: true, differences: [] }] },
  ],
  ['drift', 'not tried', /no stack is complete/, { facts: f => (f.stacks = []) }],
]

const textOf = (answer: Answer) => Object.values(answer).slice(1).join(' ')

async function answerTo(id: string, world: Partial<World> = {}, settings: Partial<SettingsInput> = {}) {
  const question = questions.find(each => each.id === id)
  const { context, seen } = contextIn(world, settings)
  return { answer: await question!.answer(context), seen }
}

describe('each question has the answer that AWS and clients give', () => {
  for (const [id, kind, shows, world, settings] of cases) {
    test(`${id}: ${kind}, ${String(shows)}`, async () => {
      const { answer } = await answerTo(id, world, settings)
      expect({ kind: answer.kind, text: textOf(answer) }).toEqual({
        kind,
        text: expect.stringMatching(shows) as string,
      })
    })
  }

  test('every question is seen answered and not tried, and those with a right answer as yes and as no', () => {
    const kindsOf = (id: string) => new Set(cases.filter(each => each[0] === id).map(([, kind]) => kind))
    for (const { id } of questions) {
      const kinds = kindsOf(id)
      expect(kinds.has('word') || (kinds.has('yes') && kinds.has('no')) || id === 'cookie', id).toBe(true)
      if (id !== 'gate-order') expect(kinds, id).toContain('not tried')
    }
  })
})

test('a person types the code of the file that arrived, for as many browsers as there are', async () => {
  const texts: string[] = []
  const typed = () => ` ${codeIn(texts).toLowerCase()} `
  const { context, seen } = contextIn({ person: ['Safari on iOS', typed, 'Firefox | `x`', typed, ''] }, {}, texts)
  const question = questions.find(({ id }) => id === 'cookie')
  expect(await question?.answer(context)).toEqual({ kind: 'yes', found: 'Safari on iOS: yes; Firefox    x: yes' })
  expect(seen.issued).toEqual([{ bind: 'client-only' }, { bind: 'client-only' }])
  expect(seen.said.join('\n')).toMatch(/█/)
  expect(seen.said.join('\n')).not.toContain('/d/')
})

test('a curl that gets no response is no answer of curl', async () => {
  await expect(answerTo('client-header-curl', { curl: '000 0' })).rejects.toThrow('curl had no response')
})

test('a question waits no longer than --wait says', async () => {
  const { seen } = await answerTo('delivery', { deliveries: ['none', 'none'] }, proof)
  expect(seen.waitedMs).toBe(600_000)
})

test('if S3 refuses also the part that was signed, its refusals say nothing', async () => {
  await expect(answerTo('upload-checksum', { parts: 'are refused' })).rejects.toThrow('S3 returned 400 to the part')
})

test('a file that is there an hour and a quarter after its link was issued stays', async () => {
  const { context, seen } = contextIn(logging(undefined), fileEnds)
  const question = questions.find(({ id }) => id === 'file-end')!
  const answer = await question.answer({ ...context, waitUntil: () => 4_500_000 as EpochMs })
  expect(answer).toMatchObject({ kind: 'no', found: 'not called within 75 minutes' })
  expect(seen.issued).toEqual([{ deleteFile: true, expiresIn: 60 }])
})

test('a link that was not counted in the time that it takes is no answer', async () => {
  const { context } = contextIn({ proofs: { ownMetric: async () => 0 } })
  const events = questions.find(({ id }) => id === 'events')!
  const answer = await events.answer({ ...context, waitUntil: () => 60_000 as EpochMs })
  expect(answer).toEqual({ kind: 'not tried', why: 'not counted within 1 minutes (--wait)' })
})

test('a link that an edge does not open is no answer of CloudFront', async () => {
  await expect(answerTo('signature', { linkStatus: 503 })).rejects.toThrow('the link returned 503 by the edge function')
  expect((await answerTo('homes', { linkStatus: 503 })).answer).toMatchObject({ kind: 'no' })
})
