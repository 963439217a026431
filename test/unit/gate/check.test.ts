import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gateEvent } from '../../../emulator/cloudfront/gate.ts'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { signCapability } from '../../../edge/redeem/capability.ts'
import { parseAddress } from '../../../shared/address.ts'
import { binds } from '../../../shared/link.ts'
import { parseObjectKey } from '../../../shared/object-key.ts'
import { decisionOf, gate, gateCode, gateRequest } from '../../support/gate/gate.ts'
import { gateCases } from '../../support/gate/gate-cases.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'

const run = loadFunction(gateCode)

/** Returns an event with the names of parameters and cookies in lower case, as older pages of AWS describe it. */
function withLowerCaseNames(event: ReturnType<typeof gateEvent>) {
  const lower = (values: object) =>
    Object.fromEntries(Object.entries(values).map(([name, entry]) => [name.toLowerCase(), entry as unknown]))
  const { querystring, cookies } = event.request
  return { ...event, request: { ...event.request, querystring: lower(querystring), cookies: lower(cookies) } }
}

describe('a request for content', () => {
  test.each(gateCases)('%s', (_, viewer, decision) => {
    expect(decisionOf(gate(gateRequest(viewer), 'request-1'))).toBe(decision)
  })

  // Of two spellings of a name, CloudFront then makes one entry with two values, which is another event.
  const spelledOnce = gateCases.filter(([name]) => name !== 'a name in two spellings')
  test.each(spelledOnce)('%s, if CloudFront sends names in lower case', (_, viewer, decision) => {
    const { value, isRequest } = run(withLowerCaseNames(gateEvent(gateRequest(viewer), 'request-1')))
    expect(isRequest ? 'pass' : JSON.parse((value as { body: string }).body)).toEqual(
      decision === 'pass' ? 'pass' : expect.objectContaining({ reason: decision }),
    )
  })
})

describe('the access log names', () => {
  const id = 'AAAAAAAAAAAAAAAAAAAAAA'
  const own = `l=${id}&s=4200000`
  const use = 'UUUUUUUU'
  const site = 'https://files.example.com'
  const loggedFor = (query: string) => run(gateEvent(gateRequest({ url: `/x?${query}` }), 'request-1')).logged

  /** The parameters of a signature for a policy, which CloudFront checks, not the gate. */
  const signatureOf = (policy: string) => {
    const base64 = btoa(policy).replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
    return `Policy=${base64}&Signature=s&Key-Pair-Id=k&Hash-Algorithm=SHA256`
  }
  const condition = '"Condition":{"DateLessThan":{"AWS:EpochTime":1795521600}}'
  const statement = (resource: string) => `{"Resource":"${resource}",${condition}}`
  const signed = (resource: string) => signatureOf(`{"Statement":[${statement(resource)}]}`)
  const signedFor = (query: string) => signed(`${site}/x?${query}`)

  test.each([
    ['the link and the size that the URL names', `${own}&${signedFor(own)}`, `${id}.4200000`],
    ['the link alone, if the URL names no size', `l=${id}&${signedFor(`l=${id}`)}`, id],
    ['the use that the URL names', `${own}&u=${use}&${signedFor(`${own}&u=${use}`)}`, `${id}.4200000.${use}`],
    ['the use without a size', `l=${id}&u=${use}&${signedFor(`l=${id}&u=${use}`)}`, `${id}..${use}`],
    ['no use that is malformed', `${own}&u=x&${signedFor(`${own}&u=x`)}`, `${id}.4200000`],
    ['no use without a link', `u=${use}&${signedFor(`u=${use}`)}`, undefined],
    ['no size that is no number', `l=${id}&s=1e9&${signedFor(`l=${id}&s=1e9`)}`, id],
    ['no link that is no id', `l=${id}x&${signedFor(`l=${id}x`)}`, undefined],
    ['no link where the URL names none', signedFor('versionId=1'), undefined],
    ['no link of a refused request', `l=${id}&c=${'c'.repeat(22)}&${signedFor(own)}`, undefined],
    ['no link of a request with a stranger’s parameter', `${own}&x=1&${signedFor(own)}`, undefined],
    ['no link of a request that names two', `${own}&L=${id}&${signedFor(own)}`, undefined],
  ])('%s', (_, query, logged) => {
    expect(loggedFor(query)).toBe(logged)
  })

  test.each([
    ['nothing is signed, as with the cookies of a folder', ''],
    ['the policy is that of a folder', signed(`${site}/film/*`)],
    ['a wildcard follows the size', signedFor(`${own}*`)],
    ['a wildcard comes before the query', signed(`${site}/*?${own}`)],
    ['a wildcard for one character follows', signedFor(`${own}&a=?`)],
    ['another link is signed', signedFor(own.replace('A', 'B'))],
    ['another size is signed', signedFor(`l=${id}&s=4`)],
    ['no size is signed', signedFor(`l=${id}`)],
    ['the link is in the path', signed(`${site}/l=${id}&s=4200000&/x`)],
    ['the link is in the name of the file', signedFor(`response-content-disposition=l%3D${id}%26s%3D4200000`)],
    ['the link is the end of another parameter', signedFor(`x=${own}`)],
    ['a second statement names the link', signatureOf(`{"Statement":[${statement('*')},${statement(`?${own}`)}]}`)],
    ['a second Resource names the link', signed(`${site}/film/*","Resource":"${site}/x?${own}`)],
    ['the policy is another document', signatureOf(`{"Statement":[{${condition},"Resource":"${site}/x?${own}"}]}`)],
    ['text follows the policy of a folder', signed(`${site}/film/*`).replace('&', `__${btoa(`"?${own}"`)}&`)],
    ['the policy is in an alphabet that CloudFront does not read', signedFor(own).replace('Policy=', 'Policy=%65')],
    ['the policy is longer than those of the edge', signedFor(`${own}&c=${'c'.repeat(4000)}`)],
    ['there are two policies', `${signedFor(own)}&Policy=p`],
    ['there are policies in two spellings', `${signed(`${site}/film/*`)}&policy=p`],
    ['CloudFront reads no such name of a policy', signedFor(own).replace('Policy', 'policy')],
    ['a policy is all, so that CloudFront may look at the cookies', signedFor(own).split('&')[0]!],
    ['there is no signature', signedFor(own).replace('Signature=s&', '')],
    ['there is no key', signedFor(own).replace('Key-Pair-Id=k', 'Key-Pair-Id=')],
  ])('no link if %s', (_, signature) => {
    expect(loggedFor(`${own}&${signature}`)).toBeUndefined()
  })

  test.each([
    ['another use is signed', `&u=${use}`, '&u=VVVVVVVV'],
    ['a use is signed that the URL does not name', '', `&u=${use}`],
    ['the URL names a use that is not signed', `&u=${use}`, ''],
    ['the URL names two uses', `&u=${use}&U=VVVVVVVV`, `&u=${use}`],
  ])('no link or another use if %s', (_, named, signedUse) => {
    const logged = loggedFor(`${own}${named}&${signedFor(`${own}${signedUse}`)}`)
    expect([undefined, `${id}.4200000`]).toContain(logged)
    if (named !== '') expect(logged).toBeUndefined()
  })

  test('each link, size and use for which the edge signs a URL', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    const key = text.map(parseObjectKey).filter(parsed => parsed !== undefined)
    const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }
    const uses = fc.constantFrom({}, { uses: [], maxUses: 2, receipt })
    const fields = fc.record({ key, bind: fc.constantFrom(...binds), size: fc.nat(5e12) })
    const secret = { value: 'mNbVcXzLkJhGfDsApOiUyT', isBrought: true, isProgram: true }
    const to = { viewer: parseAddress('203.0.113.7')!, origin: site, expiresAt: secondsFromNoon(30), isFirst: true }
    fc.assert(
      fc.property(fields, uses, fc.boolean(), (drawn, several, ipv6) => {
        const { link } = makeLink({ ...drawn, ...several, versionId: 'v1' as never })
        const { location: url } = signCapability(link, testKeys.signing, { ...to, secret, ipv6, isLogged: true })
        const { logged } = run(gateEvent(gateRequest({ url, headers: [['Once-Client', secret.value]] }), 'request-1'))
        const named = [link.id, drawn.size, ...('uses' in several ? [receipt.redemptionId.slice(0, 8)] : [])]
        expect(logged).toBe(named.join('.'))
      }),
    )
  })
})

describe('fails closed', () => {
  const refused = gateCases.filter(([, , decision]) => decision !== 'pass' && decision !== 'altered')
  const events = refused.map(([, viewer]) => gateEvent(gateRequest(viewer), 'request-1'))
  const parts = ['viewer', 'viewer.ip', 'request.headers', 'request.headers.once-client', 'request.cookies'] as const
  const parameters = ['l', 'a', 'c'].flatMap(name => [name, `${name}.value`, `${name}.multiValue`])
  const paths = [...parts, ...parameters.map(name => `request.querystring.${name}`)].map(path => path.split('.'))

  test('a malformed part of an event lets no one pass who would not pass without it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.constantFrom(...paths), fc.jsonValue(), (event, path, value) => {
        const malformed = structuredClone(event)
        const parent = path.slice(0, -1).reduce<unknown>((at, name) => Object(at)[name], malformed)
        fc.pre(Object(parent) === parent)
        Object.assign(parent as object, { [path.at(-1) ?? '']: value })
        let passes = false
        try {
          passes = run(malformed).isRequest
        } catch {
          // CloudFront responds with 503.
        }
        expect(passes, JSON.stringify(malformed)).toBe(false)
      }),
      { numRuns: 20_000 },
    )
  })

  test.each([{}, { viewer: {} }, { request: {} }, { viewer: { ip: '203.0.113.7' }, request: { querystring: null } }])(
    'an event without its parts is an error: %j',
    event => {
      expect(() => run(event)).toThrow('Cannot')
    },
  )
})
