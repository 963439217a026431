import fc from 'fast-check'
import { parseAddress } from '../../../shared/address.ts'
import {
  type Bind,
  binds,
  bindsWithoutClient,
  type Link,
  type ReceiptDraft,
  type RedemptionId,
} from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { homeRegions } from '../../support/table/store.ts'
import { makeDraft, makeUse, secondsFromNoon } from '../../support/table/links.ts'

// Homes, networks and clients are random. Most values match, so some links are used.

/** A time within two seconds of every bound. */
export const second = fc.integer({ min: -2, max: 2 }).map(secondsFromNoon)
const mostly = <T>(usual: T, unusual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual })
/** A home Region, mostly the first. */
export const region: fc.Arbitrary<Region> = mostly('us-east-1', fc.constantFrom(...homeRegions))
const networks = ['203.0.113.0/24', '203.0.0.0/8', '10.0.0.0/8', '2001:db8::/32', '2001:db9::/32'].flatMap(
  text => parseNetwork(text) ?? [],
)
const draft: fc.Arbitrary<ReceiptDraft> = fc.constantFrom('mine', 'theirs').map(id => ({
  ...makeDraft({ userAgent: id }),
  redemptionId: id as RedemptionId,
}))
const receipt = fc.record({ draft, redeemedAt: second, urlExpiresAt: second }).map(({ draft, ...times }) => ({
  ...draft,
  ...times,
}))

const anyPassphrase = fc.record({
  passphraseHash: fc.constantFrom(undefined, 'right'),
  tries: fc.constantFrom(undefined, 0, 1, 3),
  maxTries: fc.constantFrom(undefined, 1, 3),
})

const anyUses = fc.record({
  uses: fc
    .subarray(['mine', 'theirs', 'others'])
    .map(ids => ids.map(id => makeUse(-2, makeDraft({ redemptionId: id as RedemptionId })))),
  maxUses: fc.constantFrom(undefined, 2, 3),
})

/** Any possible item, also such as we never write. */
export const anyLink: fc.Arbitrary<Partial<Link>> = fc
  .record({
    expiresAt: mostly(secondsFromNoon(60), fc.option(second, { nil: undefined })),
    purgeAt: fc.option(second, { nil: undefined }),
    homeRegion: region,
    urlSeconds: fc.integer({ min: 5, max: 3600 }),
    notBefore: mostly(undefined, second),
    network: mostly(undefined, fc.constantFrom(...networks)),
    bind: mostly('exact', fc.constantFrom(...binds)),
    media: mostly(undefined, fc.constantFrom('object', 'folder')),
    state: fc.constantFrom('live', 'live', 'used', 'revoked', undefined, undefined),
    receipt: mostly(undefined, receipt),
    several: fc.oneof(fc.constant({}), anyUses),
    passphrase: fc.oneof(fc.constant({ passphraseHash: 'right', tries: 0, maxTries: 3 }), anyPassphrase),
  })
  .map(({ passphrase, several, ...fields }) => {
    // A use gives its try back: of an item without tries, DynamoDB calls that invalid.
    const tries = 'uses' in several && { tries: passphrase.tries ?? 0 }
    return { ...fields, ...several, ...passphrase, ...tries } as Partial<Link>
  })

/** Any redemption of a link, also such as no nonce allows. */
export const anyRedemption: fc.Arbitrary<Omit<Redemption, 'id'>> = fc
  .record({
    homeRegion: region,
    bound: mostly(false, fc.constant(true)),
    viewer: mostly('203.0.113.7', fc.constant('2001:db8::1')).map(text => parseAddress(text)),
    binds: mostly<readonly Bind[]>(bindsWithoutClient, fc.constantFrom(['client', 'client-only'], ['client'])),
    receipt: fc.option(draft, { nil: undefined }),
    passphraseHash: fc.constantFrom(undefined, undefined, 'right', 'wrong'),
    several: fc.boolean(),
  })
  .map(({ receipt, several, ...fields }) => ({ ...fields, ...(receipt && { receipt, several }) }))
