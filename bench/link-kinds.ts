import type { Link } from '../shared/link.ts'
import type { NonceFlags } from '../shared/nonce.ts'

/** Plain links, links with a receipt, and those that require a confirmation or open a folder in a player, with receipts. */
export type LinkKind = 'plain' | 'receipt' | 'confirm' | 'player'

/** The object of a kind of links, and what else distinguishes it: flags of the nonce, fields of the link. */
interface Difference {
  readonly key: string
  readonly flags: Partial<NonceFlags>
  readonly fields: Partial<Link>
}

const handbook = 'releases/2026/11/handbook-of-the-edge-en.pdf'

/** All kinds of links. */
export const linkKinds: Readonly<Record<LinkKind, Difference>> = {
  plain: { key: handbook, flags: {}, fields: {} },
  receipt: { key: handbook, flags: { receipt: true }, fields: { state: 'live' } },
  confirm: { key: handbook, flags: { receipt: true, confirm: true }, fields: { state: 'live', confirm: 'required' } },
  player: {
    key: 'films/2026/11/tour-of-the-edge-en/master.m3u8',
    flags: { receipt: true, media: true },
    fields: { state: 'live', media: 'folder', urlSeconds: 3600 },
  },
}
