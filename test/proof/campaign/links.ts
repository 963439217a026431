import { itemOfLink } from '../../../shared/link-item.ts'
import { type Bind, isClientBound, type Link, type LinkId, linkIdOf } from '../../../shared/link.ts'
import { mintNonce, type Nonce, randomBytesInNonce } from '../../../shared/nonce.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { type EpochSeconds, plusSeconds, secondsOf } from '../../../shared/time.ts'
import { testKeys } from '../../support/keys.ts'
import { plain } from '../../support/links.ts'
import { type CampaignWorld, start } from './world.ts'

/** A link of the campaign, and what became of it. */
export interface CampaignLink {
  readonly id: LinkId
  readonly nonce: Nonce
  readonly bind: Bind
  /** Viewers with a capability; the capabilities that they got; and the addresses that these name. */
  readonly grantees: Set<number>
  readonly capabilities: Set<string>
  readonly addresses: Set<string>
  /** Viewers who were refused for good, with the reason. */
  readonly refused: Map<number, string>
  /** Viewers who gave up, or who asked too often. */
  readonly gaveUp: Set<number>
  readonly neverServed: Set<number>
  /** A viewer was refused as `unsigned`: KMS did not sign for the used link. */
  unsigned: boolean
}

/** A week: a link outlives every attempt to open it. */
const linkSeconds = 7 * 24 * 3600

/** Issues links in their home Region before the campaign starts. */
export function issueLinks(count: number, world: CampaignWorld): readonly CampaignLink[] {
  const { binds } = world.scenario
  return Array.from({ length: count }, (_, index) => issueLink(binds[index % binds.length] ?? binds[0], world))
}

function issueLink(bind: Bind, { scenario, chance, store, deployment }: CampaignWorld): CampaignLink {
  const { receipt, homeRegions } = scenario
  const [homeRegion] = homeRegions
  const expiresAt: EpochSeconds = plusSeconds(secondsOf(start), linkSeconds)
  const claims = { flags: { ...plain, receipt, client: isClientBound(bind) }, homeRegion, expiresAt }
  const nonce = mintNonce(claims, chance.bytes(randomBytesInNonce), testKeys.mac)
  const link: Link = {
    id: linkIdOf(nonce),
    key: 'report.pdf' as ObjectKey,
    homeRegion,
    issuedAt: secondsOf(start),
    expiresAt,
    purgeAt: plusSeconds(expiresAt, deployment.receiptSeconds),
    urlSeconds: deployment.urlSeconds,
    bind,
    ...(receipt && { state: 'live' }),
  }
  store.execute(homeRegion, { operation: 'PutItem', input: { TableName: 'links', Item: itemOfLink(link) } })
  return {
    id: link.id,
    nonce,
    bind,
    grantees: new Set(),
    capabilities: new Set(),
    addresses: new Set(),
    refused: new Map(),
    gaveUp: new Set(),
    neverServed: new Set(),
    unsigned: false,
  }
}
