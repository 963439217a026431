import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bearer, type Binding, bindingOf, clientHash } from '../../../edge/redeem/binding.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { Bind, Link } from '../../../shared/link.ts'
import { clientHash as hashByContract } from '../../support/gate/gate.ts'
import { makeLink } from '../../support/table/links.ts'

const ipv4 = parseAddress('203.0.113.7')!
const ipv6 = parseAddress('2001:db8:1:2:3::9')!
const secret = { value: 'mNbVcXzLkJhGfDsApOiUyT', isBrought: false, isProgram: false }
const c = `c=${hashByContract(secret.value)}`
const link = (bind: Bind, media?: Link['media']) => makeLink({ bind, ...(media && { media }) }).link
const by = (fields: Partial<Bearer> = {}): Bearer => ({
  viewer: ipv4,
  isFirst: true,
  ipv6: false,
  secret,
  ...fields,
})

/** What a link of this binding names for a bearer: a network, or the parameters without the link's. */
function named(bind: Bind, bearer: Partial<Bearer>, media?: Link['media']): string {
  const bound = link(bind, media)
  const { network, query } = bindingOf(bound, by(bearer))
  const [first, ...others] = query
  if (first === undefined) return network ?? 'nothing'
  expect([network, first]).toEqual([undefined, `l=${bound.id}`])
  return others.join(' ')
}

describe('a capability is bound', () => {
  test.each<[Bind, Partial<Bearer>, string]>([
    ['exact', {}, '203.0.113.7/32'],
    ['prefix', {}, '203.0.113.0/24'],
    ['exact', { ipv6: true }, 'a=4cb007107'],
    ['prefix', { ipv6: true }, 'a=4cb0071'],
    ['exact', { ipv6: true, viewer: ipv6 }, 'a=620010db800010002'],
    ['prefix', { ipv6: true, viewer: ipv6 }, 'a=620010db800010002'],
    ['exact', { isFirst: false }, '203.0.113.7/32'],
    ['client', {}, `a=4cb007107 ${c}`],
    ['client', { ipv6: true, viewer: ipv6 }, `a=620010db800010002 ${c}`],
    ['client', { isFirst: false }, c],
    ['client-only', {}, c],
    ['client-only', { isFirst: false }, c],
    ['none', { ipv6: true }, 'nothing'],
  ])('%s, for %j, to %s', (bind, bearer, expected) => {
    expect(named(bind, bearer)).toBe(expected)
    expect(named(bind, bearer, 'object')).toBe(expected)
  })

  test.each<[Bind, string]>([
    ['exact', '203.0.113.7/32'],
    ['prefix', '203.0.113.0/24'],
    ['client', 'nothing'],
    ['client-only', 'nothing'],
    ['none', 'nothing'],
  ])('%s, for a folder, to %s', (bind, expected) => {
    expect(named(bind, {}, 'folder')).toBe(expected)
    expect(named(bind, { ipv6: true }, 'folder')).toBe(expected)
  })
})

describe('with deliveryProof, a capability names its link', () => {
  const pinned = { versionId: 'v1' as never, size: 4_200_000 }
  const loggedFor = (bind: Bind, fields: Partial<Link>, bearer: Partial<Bearer> = {}) => {
    const bound = { ...link(bind), ...fields }
    return { id: bound.id, ...bindingOf(bound, by({ ...bearer, isLogged: true })) }
  }

  test.each<[Bind, Partial<Bearer>, Omit<Binding, 'query'> & { others: readonly string[] }]>([
    ['none', {}, { others: [] }],
    ['exact', {}, { network: '203.0.113.7/32', others: [] }],
    ['prefix', {}, { network: '203.0.113.0/24', others: [] }],
    ['exact', { ipv6: true }, { others: ['a=4cb007107'] }],
    ['client', {}, { others: ['a=4cb007107', c] }],
    ['client-only', {}, { others: [c] }],
  ])('and the size of its version before what binds it: %s, for %j', (bind, bearer, { others, ...bound }) => {
    const { id, ...found } = loggedFor(bind, pinned, bearer)
    expect(found).toEqual({ query: [`l=${id}`, 's=4200000', ...others], ...bound })
  })

  test('without a size, if it delivers what has its key then', () => {
    const { id, query } = loggedFor('none', { size: 10 })
    expect(query).toEqual([`l=${id}`])
  })

  test.each<Bind>(['none', 'exact', 'client'])('and the use, of a link with several: %s', bind => {
    const receipt = { redemptionId: 'MyUseOfTheLinkIsThis12' } as NonNullable<Link['receipt']>
    const { id, query } = loggedFor(bind, { ...pinned, uses: [], receipt })
    expect(query.slice(0, 3)).toEqual([`l=${id}`, 's=4200000', 'u=MyUseOfT'])
    expect(loggedFor(bind, { ...pinned, receipt }).query.join()).not.toContain('u=')
    expect(bindingOf({ ...link(bind), uses: [], receipt }, by()).query.join()).not.toContain('u=')
  })

  test.each<Bind>(['none', 'exact', 'client'])('but not if it is a folder: %s', bind => {
    expect(loggedFor(bind, { ...pinned, media: 'folder' }).query).toEqual([])
  })
})

describe('nothing is signed', () => {
  test.each(['device', 'toString', '', undefined])('for the binding %j, which this version does not know', bind => {
    for (const bearer of [by(), by({ ipv6: true })]) {
      expect(() => bindingOf(link(bind as Bind), bearer)).toThrow('unknown bind')
      expect(() => bindingOf(link(bind as Bind, 'folder'), bearer)).toThrow('unknown bind')
    }
  })

  test.each(['client', 'client-only'] as const)('bound %s without a secret', bind => {
    expect(() => bindingOf(link(bind), by({ secret: undefined }))).toThrow('secret')
  })

  test.each(['exact', 'prefix'] as const)('bound %s for an IPv6 address that nothing would check', bind => {
    expect(() => bindingOf(link(bind), by({ viewer: ipv6 }))).toThrow('IPv6')
    expect(() => bindingOf(link(bind, 'folder'), by({ viewer: ipv6, ipv6: true }))).toThrow('IPv6')
  })
})

test('the hash of a secret is the one that the contract of the URL says', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), text => {
      expect(clientHash(text)).toBe(hashByContract(text))
    }),
  )
})
