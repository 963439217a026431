import type { Deployment } from '../settings/deployment.ts'
import type { InvalidField } from '../fields.ts'
import { type Bind, binds, isAddressBound, isClientBound, type Link, type Media } from '../link.ts'
import { type MediaInput, mediaOf } from './media.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** Options on which the binding depends. */
export interface BindInput extends MediaInput {
  readonly bind?: Bind
}

/** Returns the binding of a link. */
export function bindOf(input: BindInput, deployment: Deployment): Bind {
  return input.bind ?? defaultBind(mediaOf(input), deployment)
}

/** Returns to what a capability is bound if its issuer doesn't say: people on the move watch films, and HTTP/3 moves with them. */
function defaultBind(media: Media | undefined, { gate, http3 }: Deployment): Bind {
  if (gate && (media !== undefined || http3)) return 'client'
  return http3 ? 'none' : 'exact'
}

/** To what the signed URL of a link is bound. */
export const bind = {
  schema: {
    type: 'string',
    enum: binds,
    description: [
      'To what the signed URL is bound: the address of the viewer who opens the link (`exact`), its network (`prefix`: its /24; of an IPv6 address, both mean its /64), the browser or program that opens it, or its address (`client`), the browser or program alone (`client-only`), or nothing (`none`).',
      'With `client` and `client-only`, that browser or program can go on with a broken download, also from another address, until the URL ends.',
      'The default is `exact`, with `media` `client`. Over HTTP/3 `exact` and `prefix` are refused, and `client` is the default. A deployment without a gate refuses `client` and `client-only`: there the default is `exact`, or over HTTP/3 `none`.',
    ].join(' '),
    'x-allowed': 'exact, prefix, client, client-only or none',
  },
  /** Each link has one. */
  store: (input: BindInput, { deployment }: IssueContext) => ({ bind: bindOf(input, deployment) }),
  /** Checks that the deployment can bind a capability so. */
  check(_input: object, { bind }: IssueRequest, { deployment: { gate, http3 } }: IssueContext): InvalidField[] {
    const got = JSON.stringify(bind)
    if (isClientBound(bind) && !gate) {
      const others = http3 ? 'none' : 'exact, prefix or none'
      return [{ field: 'bind', got, allowed: `${others}: this deployment has no gate, which checks the client` }]
    }
    if (!http3 || !isAddressBound(bind)) return []
    const others = gate ? 'client, client-only or none' : 'none'
    const why = 'in this deployment a connection may outlive a change of address (HTTP/3), but a bound URL would not'
    return [{ field: 'bind', got, allowed: `${others}: ${why}` }]
  },
  /** Only an edge that knows it may redeem a link that is bound to its client. */
  flag: { name: 'client', isSet: ({ bind }: Pick<Link, 'bind'>) => isClientBound(bind) },
  view: {
    type: 'string',
    enum: binds,
    description:
      'To what the signed URL is bound: the address of the viewer who opens the link, its network, the browser or program that opens it, or nothing.',
  },
  words: {
    usage: [
      '--bind HOW',
      'bind the download to the address that opens the link (exact), its network (prefix), the browser or program\nor its address (client), the browser or program (client-only), or nothing (none)',
    ],
    field: { choices: ['', ...binds] },
    docs: ['for whom the download works (below)', 'the address that opens it'],
    privacy: ['`bind`', 'for whom its download works', 'no', '`bind`'],
  },
} as const
