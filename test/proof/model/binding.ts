import { addressOf, type Binding, type Setup } from './setup.ts'

/**
 * Who may fetch the file with a capability: everyone at one of these addresses, and everyone who has the secret. Addresses
 * are bits.
 */
export interface Rights {
  readonly addresses: number
  /** 0: no secret helps. */
  readonly secret: number
}

const nobody: Rights = { addresses: 0, secret: 0 }
const everybody: Rights = { addresses: -1, secret: 0 }

const bindingOf = ({ binding }: Setup): Binding => binding ?? { bind: 'exact' }
const names = (list: readonly number[] | undefined, request: number) => list?.includes(request) === true

/** Returns whether only an edge that knows the flag of client-bound links, behind the gate, may serve this link. */
function isFlagged({ bind }: Binding): boolean {
  return bind === 'client' || bind === 'client-only'
}

/** Returns a number for the client of a request, for which it is known: another secret is another client. */
export function identityOf(setup: Setup, request: number): number {
  return (setup.clientOf[request] as number) * 8 + (bindingOf(setup).secrets?.[request] ?? 0)
}

/** Returns a number for the redemption id of a request: one for each client, never its address. */
export function redemptionIdOf(setup: Setup, request: number): number {
  // A counter knows no client.
  if (setup.removed === 'counter-instead-of-map') return NaN
  if (setup.removed === 'replay-by-address') return addressOf(setup, request)
  return setup.removed === 'secret-outside-id' ? (setup.clientOf[request] as number) : identityOf(setup, request)
}

/** Returns a number for the secret to which the capability for a request is bound: it is brought, or derived. */
function secretOf(setup: Setup, request: number): number {
  const brought = bindingOf(setup).secrets?.[request] ?? 0
  if (brought !== 0) return brought
  return setup.removed === 'random-secret' ? 2000 + request : 1000 + identityOf(setup, request)
}

/**
 * Returns whether an edge refuses the request because of what the nonce says and the edge can do, before it calls the store.
 * `isUnsupported` in edge/redeem/redeemer.ts, and `verifyNonce` of an edge that does not know the flag.
 */
export function isUnsupported(setup: Setup, request: number): boolean {
  const binding = bindingOf(setup)
  const { previousEdge, gateless, ipv6 } = binding
  const isPrevious = names(previousEdge, request)
  if (isPrevious && (setup.uses !== undefined || names(ipv6, request))) return true
  if (!isFlagged(binding)) return false
  const lacksFlag = isPrevious && setup.removed !== 'client-flag'
  return lacksFlag || (names(gateless, request) && setup.removed !== 'without-gate')
}

/** Returns whether the condition's clauses of the binding hold: the edge can bind a capability so that this client can use it. */
export function isBindable(setup: Setup, request: number): boolean {
  const { removed } = setup
  const { bind, folder, ipv6, jarless, previousEdge } = bindingOf(setup)
  if (names(previousEdge, request)) return true
  if (bind === 'unknown') return removed === 'unknown-binding'
  if (bind === 'client-only' && names(jarless, request)) return removed === 'binding-clause'
  const isBoundFolder = folder === true && (bind === 'exact' || bind === 'prefix')
  return !isBoundFolder || !names(ipv6, request) || removed === 'folder-clause'
}

/** Returns whether two requests come from one address, or of a link that is bound to a network from one network. */
function isSameNetwork(setup: Setup, one: number, other: number): boolean {
  const [a, b] = [addressOf(setup, one), addressOf(setup, other)]
  return bindingOf(setup).bind === 'prefix' ? a >> 1 === b >> 1 : a === b
}

/** Returns whether a repeat from this address gets its capability again. `capabilityEndFor` in shared/redemption/receipt.ts. */
export function mayRepeatHere(setup: Setup, user: number, request: number): boolean {
  const { bind } = bindingOf(setup)
  const isAddressBound = bind === 'exact' || bind === 'prefix'
  return !isAddressBound || setup.removed === 'repeat-from-anywhere' || isSameNetwork(setup, user, request)
}

/** Returns the rights of the capability for a request, of a link that the write of `user` used. `bindingOf` in edge/redeem/binding.ts. */
export function rightsFor(setup: Setup, user: number, request: number): Rights {
  const binding = bindingOf(setup)
  const { removed } = setup
  // Without the gate nothing checks what the URL says, and the previous edge signs without a binding that it doesn't know.
  if (isFlagged(binding) && (names(binding.gateless, request) || names(binding.previousEdge, request))) return everybody
  if (binding.bind === 'unknown') return removed === 'unknown-binding' ? everybody : nobody
  const isFirst = removed === 'address-named-again' || isSameNetwork(setup, user, request)
  return rightsAsked(setup, request, isFirst)
}

/** Returns the rights that a link gives its client by its binding, at the client's first address and at others. */
function rightsAsked(setup: Setup, request: number, isFirst: boolean): Rights {
  const { bind, folder, ipv6 } = bindingOf(setup)
  const here = addressOf(setup, request)
  const secret = secretOf(setup, request)
  switch (bind) {
    case 'none':
      return everybody
    case 'unknown':
      return nobody
    case 'exact':
    case 'prefix': {
      if (folder === true && names(ipv6, request)) return nobody
      return { addresses: bind === 'exact' ? 1 << here : 3 << (here & ~1), secret: 0 }
    }
    case 'client':
      return { addresses: isFirst ? 1 << here : 0, secret }
    case 'client-only':
      return { addresses: 0, secret }
  }
}

/** Returns the most that any capability of a link may open, after the write of `user` used it. */
export function rightsOfFirst(setup: Setup, user: number): Rights {
  return rightsAsked(setup, user, true)
}

/** Returns whether all who have the rights `inner` also have `outer`. */
export function isWithin(inner: Rights, outer: Rights): boolean {
  const hasSecret = inner.secret === 0 || inner.secret === outer.secret || outer.addresses === everybody.addresses
  return (inner.addresses & ~outer.addresses) === 0 && hasSecret
}

/** Returns whether the client of a request can itself fetch the file with a capability of these rights. */
export function canFetch(setup: Setup, request: number, { addresses, secret }: Rights): boolean {
  const holdsSecret = !names(bindingOf(setup).jarless, request)
  return (addresses & (1 << addressOf(setup, request))) !== 0 || (holdsSecret && secret === secretOf(setup, request))
}
