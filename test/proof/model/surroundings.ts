import { isOpen, nameOf, writesOf } from './edge.ts'
import { breaks } from './properties.ts'
import { behind, type Rule, type Stage, unseen } from './rule.ts'
import { home } from './setup.ts'
import { absent, arrive, hasReceipt, isPending, isUsed, itemAt, live, reset, write } from './store.ts'
import { canFail, type Copy, fail } from './state.ts'

/**
 * Returns the rules of events that no edge and no issuer causes: time, replication, outages, purging, a restore, an
 * attack.
 */
export function surroundingRules(stage: Stage): readonly Rule[] {
  const { setup } = stage
  return [
    ...(setup.clock === true ? time(stage) : []),
    ...(setup.ends === true ? end(stage) : []),
    ...purge(stage),
    ...(setup.removed === 'count-revives' ? count(stage) : []),
    ...(setup.outages === true ? outages(stage) : []),
    ...replication(stage),
    ...(setup.restore === true ? restore(stage) : []),
    ...(setup.edited === true ? attack(stage) : []),
  ]
}

/** Long after the expiry no request is open, and every message was executed or is lost. */
function time(stage: Stage): readonly Rule[] {
  const { world } = stage
  return [
    {
      can: () => world.clock === 'before',
      act: () => (world.clock = 'expired'),
      step: () => ({ kind: 'expired' }),
    },
    {
      can: () => world.clock === 'expired' && !world.requests.some(isOpen),
      act: () => {
        world.clock = 'long-after'
        forgetMessages(stage)
      },
      step: unseen('an hour and the clock skew pass; nothing is under way any more'),
    },
  ]
}

/** The capability may end before the link expires, but outlives the request that used the link: `urlSecondsRange`. */
function end({ world }: Stage): readonly Rule[] {
  const isUserOpen = () => world.requests.some(request => request.consumed && isOpen(request))
  return [
    {
      can: () => !world.ended && world.clock === 'before' && hasReceipt(itemAt(world.store, home)) && !isUserOpen(),
      act: () => (world.ended = true),
      step: unseen('the capability ends'),
    },
  ]
}

function forgetMessages({ world }: Stage): void {
  world.puts = 0
  if (world.issuer === 'putting') world.issuer = 'forgotten'
  if (world.revoke === 'sent' || world.revoke === 'late') world.revoke = 'ended'
  for (const lane of world.requests.flatMap(writesOf)) {
    if (lane.status === 'late') lane.status = 'free'
    lane.again = false
  }
}

/** TTL at the home, or the sweeper of api/sweeper/sweep.ts. */
function purge({ world, setup }: Stage): readonly Rule[] {
  const isDue = () =>
    world.clock === 'long-after' || (setup.removed === 'purge-at-once' && isUsed(itemAt(world.store, home)))
  return [
    {
      can: () => isDue() && (itemAt(world.store, home) !== absent || setup.watched === true),
      act: () => write(world.store, home, absent),
      step: () => ({ kind: 'purged', region: nameOf(home) }),
    },
  ]
}

/**
 * A refused use is counted on the item of the used link, before its response. The item here has no counts, so a count
 * that touches no state is no event.
 */
function count({ world }: Stage): readonly Rule[] {
  return [
    {
      can: () => isUsed(itemAt(world.store, home)) && world.requests.some(({ phase }) => phase === 'refused'),
      act: () => write(world.store, home, live),
      step: unseen('a refused use is counted, which makes the link live again'),
    },
  ]
}

function outages({ world }: Stage): readonly Rule[] {
  return world.regions.flatMap((region, number) => [
    {
      can: () => region.isUp && canFail(world),
      act: () => {
        fail(world)
        region.isUp = false
      },
      step: unseen(`Region ${number} goes down`),
    },
    {
      can: () => !region.isUp,
      act: () => (region.isUp = true),
      step: unseen(`Region ${number} comes back`),
    },
  ])
}

/** Each write reaches each other copy in any order, or never. */
function replication({ world: { store } }: Stage): readonly Rule[] {
  const toCopy = (copy: Copy, region: number) => {
    const stamps = Array.from({ length: store.log.length - 1 }, (_, index) => index + 1)
    const arrivals = stamps.map(stamp => ({
      can: () => isPending(copy, stamp),
      act: () => arrive(copy, stamp),
      step: unseen(`write ${stamp} of the item is replicated to Region ${region}`),
    }))
    return behind(() => copy.pending !== 0, arrivals)
  }
  return store.copies.length === 1 ? [] : store.copies.flatMap(toCopy)
}

/**
 * The key slot is retired. When no request is open that was verified before, the backup is restored. It is another
 * table, so messages under way to the old one are lost.
 */
function restore(stage: Stage): readonly Rule[] {
  const { world, setup } = stage
  const needsBump = setup.removed !== 'restore-same-slot'
  return [
    {
      can: () => needsBump && !world.slotBumped && world.issuer === 'issued',
      act: () => (world.slotBumped = true),
      step: unseen('the key slot is retired: every edge refuses the nonce from now on'),
    },
    {
      can: () =>
        world.slotBumped === needsBump && !world.restored && world.issuer === 'issued' && !world.requests.some(isOpen),
      act: () => {
        world.restored = true
        forgetMessages(stage)
        reset(world.store, live)
      },
      step: unseen('the table is restored from a backup in which the link is live'),
    },
  ]
}

/**
 * An attacker writes another home into the nonce. `verifyNonce` refuses it as forged, before the edge calls the store.
 */
function attack({ world, setup }: Stage): readonly Rule[] {
  return [
    {
      can: () => world.issuer === 'issued' && !world.edited,
      act: () => {
        world.edited = true
        if (setup.removed === 'home-outside-mac') breaks(world, 'S6')
      },
      step: unseen(
        setup.removed === 'home-outside-mac'
          ? 'an edge takes a nonce with another home in it for genuine, and calls the store'
          : 'an edge refuses a nonce with another home in it as forged',
      ),
    },
  ]
}
