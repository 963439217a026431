import { nameOf } from './edge.ts'
import { noteAcknowledged } from './properties.ts'
import { type Rule, type Stage, unseen } from './rule.ts'
import { elsewhere, home, type Setup } from './setup.ts'
import { absent, hasReceipt, type Item, itemAt, live, revokedFrom, write } from './store.ts'
import { canFail, fail, unlimited, type World } from './state.ts'

/**
 * Returns the rules of issuing: one Put if absent, never sent again; the issuer gets the link only after a definite
 * success. api/links/issue.ts.
 */
export function issuerRules(stage: Stage): readonly Rule[] {
  const { world } = stage
  return [
    {
      can: () => world.issuer === 'idle',
      act: () => {
        world.issuer = 'putting'
        world.puts = 1
      },
      step: unseen('the issuer sends its Put'),
    },
    {
      can: () => world.puts > 0 && world.putCopiesLeft > 0 && world.putCopiesLeft !== unlimited,
      act: () => {
        world.puts += 1
        world.putCopiesLeft -= 1
      },
      step: unseen('the network duplicates the Put'),
    },
    ...putExecutions(stage),
    {
      can: () => world.issuer === 'landed',
      act: () => (world.issuer = 'issued'),
      step: () => ({ kind: 'issued' }),
    },
    losesPutResponse(stage),
  ]
}

function putExecutions({ world, setup }: Stage): readonly Rule[] {
  return regionsOf(setup, home).map(region => ({
    can: () => world.puts > 0 && world.regions[region]?.isUp === true,
    act: () => {
      if (world.putCopiesLeft !== unlimited) world.puts -= 1
      if (itemAt(world.store, region) === absent) write(world.store, region, live)
      if (world.issuer === 'putting') world.issuer = 'landed'
    },
    step: () => ({ kind: 'put', region: nameOf(region), applied: itemAt(world.store, region) === absent }) as const,
  }))
}

/**
 * Then it is unknown whether the item exists, so the nonce is forgotten. The item may still be written, but has no
 * reader.
 */
function losesPutResponse({ world, setup }: Stage): Rule {
  const resends = setup.removed === 'resent-put'
  const consequence = resends ? 'the issuer sends it again' : 'the link is forgotten'
  return {
    can: () => (world.issuer === 'putting' || world.issuer === 'landed') && canFail(world),
    act: () => {
      fail(world)
      world.issuer = resends ? 'putting' : 'forgotten'
      if (resends) world.puts += 1
    },
    step: unseen(`the response to the Put is lost; ${consequence}`),
  }
}

/**
 * Returns the rules of revoking: one conditional write that marks the item, used or not, by the same route as a
 * redemption's. The response says whether the link was used. api/links/one-link.ts.
 */
export function revokeRules(stage: Stage): readonly Rule[] {
  const { world, setup } = stage
  return [
    {
      can: () => world.issuer === 'issued' && world.revoke === 'none',
      act: () => (world.revoke = 'sent'),
      step: unseen('the issuer sends a revoke'),
    },
    ...revokeExecutions(stage),
    {
      can: () => world.revoke === 'applied' || (setup.watched === true && world.revoke === 'acknowledged'),
      act: () => {
        world.revoke = 'acknowledged'
        noteAcknowledged(world)
      },
      step: () => ({ kind: 'revoked', used: false }),
    },
    {
      can: () =>
        world.revoke === 'applied-to-used' || (setup.watched === true && world.revoke === 'acknowledged-of-used'),
      act: () => (world.revoke = 'acknowledged-of-used'),
      step: () => ({ kind: 'revoked', used: true }),
    },
    {
      can: () => (world.revoke === 'sent' || isApplied(world)) && canFail(world),
      act: () => {
        fail(world)
        world.revoke = world.revoke === 'sent' ? 'late' : 'ended'
      },
      step: unseen('the response to the revoke is lost'),
    },
  ]
}

function revokeExecutions(stage: Stage): readonly Rule[] {
  const { world, setup } = stage
  const isRevocable = (region: number) => itemAt(world.store, region) !== absent
  const target = setup.removed === 'revoke-elsewhere' ? elsewhere : home
  return regionsOf(setup, target).map(region => ({
    can: () => isSent(stage) && world.regions[region]?.isUp === true,
    act: () => {
      const item = itemAt(world.store, region)
      if (isRevocable(region)) {
        write(world.store, region, revokedFrom(item))
        world.revoked = true
      }
      if (world.revoke === 'late') world.revoke = 'ended'
      else if (!isApplied(world) && !isAcknowledged(world)) world.revoke = outcomeOn(item)
    },
    step: () => ({ kind: 'revoke', region: nameOf(region), applied: isRevocable(region) }) as const,
  }))
}

function outcomeOn(item: Item): World['revoke'] {
  if (item === absent) return 'refused'
  return hasReceipt(item) ? 'applied-to-used' : 'applied'
}

function isApplied({ revoke }: World): boolean {
  return revoke === 'applied' || revoke === 'applied-to-used'
}

function isAcknowledged({ revoke }: World): boolean {
  return revoke === 'acknowledged' || revoke === 'acknowledged-of-used'
}

/** In a trace any number of revokes may show. */
function isSent({ world, setup }: Stage): boolean {
  if (setup.watched === true) return world.issuer === 'issued'
  return world.revoke === 'sent' || world.revoke === 'late'
}

/** Returns the Regions that may execute a write: in mode `home` the `target`, in mode `strong` all. */
function regionsOf({ mode, regions }: Setup, target: number): readonly number[] {
  return mode === 'home' ? [target] : Array.from({ length: regions }, (_, region) => region)
}
