import type { InvalidField } from '../fields.ts'
import { isAddressBound, type Link } from '../link.ts'
import { networkRule, parseNetwork } from '../network.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** The only network from which a link works. */
export const network = {
  schema: {
    type: 'string',
    format: 'ip-network',
    description: `The only network from which the link works: ${networkRule}. IPv6 only where the deployment has it. A request from another network is refused and does not use the link.`,
    'x-allowed': networkRule,
  },
  read: parseNetwork,
  /** Refuses an IPv6 network if no viewer of it could use the link. */
  check(_input: object, { network, media, bind }: IssueRequest, { deployment }: IssueContext): InvalidField[] {
    if (network === undefined || !network.includes(':')) return []
    const got = JSON.stringify(network)
    if (!deployment.ipv6) return [{ field: 'network', got, allowed: 'an IPv4 network: this deployment has no IPv6' }]
    if (media !== 'folder' || !isAddressBound(bind)) return []
    const allowed = `an IPv4 network, or bind "client": the cookies of a folder can't be bound to an IPv6 address`
    return [{ field: 'network', got, allowed }]
  },
  /** Only an edge that compares networks may redeem such a link. */
  flag: { name: 'bound', isSet: ({ network }: Pick<Link, 'network'>) => network !== undefined },
  view: {
    type: 'string',
    format: 'ip-network',
    description: 'The only network from which the link works.',
  },
  words: {
    usage: ['--network CIDR', 'the only network that may use the link, such as 203.0.113.0/24 or 2001:db8::/48'],
    status: ['network'],
    docs: ['network that the link works from: IPv4, or IPv6 with `ipv6`', 'any'],
    privacy: ['`network`', 'the only network from which the link works', "if it is one person's", '`network`'],
  },
} as const
