import { nameOf } from './edge.ts'
import { canFail, fail } from './faults.ts'
import { noteAcknowledged } from './properties.ts'
import { type Rule, type Stage, unseen } from './rule.ts'
import { elsewhere, home, type Setup } from './setup.ts'
import { absent, itemAt, live, revoked, write } from './store.ts'
import { unlimited } from './world.ts'

/** One Put if absent, never sent again; the link is handed out after a definite success only. api/issue.ts. */
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
    losesPutAnswer(stage),
  ]
}

function putExecutions({ world, setup }: Stage): readonly Rule[] {
  return regionsOf(setup, home).map(region => ({
    can: () => world.puts > 0 && world.up[region] === true,
    act: () => {
      if (world.putCopiesLeft !== unlimited) world.puts -= 1
      if (itemAt(world.store, region) === absent) write(world.store, region, live)
      if (world.issuer === 'putting') world.issuer = 'landed'
    },
    step: () => ({ kind: 'put', region: nameOf(region), applied: itemAt(world.store, region) === absent }) as const,
  }))
}

/** Then nobody can tell whether the link is there, so its nonce is forgotten. It may still be written, for nobody. */
function losesPutAnswer({ world, setup }: Stage): Rule {
  const resends = setup.removed === 'resent-put'
  const then = resends ? 'the issuer sends it again' : 'the link is forgotten'
  return {
    can: () => (world.issuer === 'putting' || world.issuer === 'landed') && canFail(world),
    act: () => {
      fail(world)
      world.issuer = resends ? 'putting' : 'forgotten'
      if (resends) world.puts += 1
    },
    step: unseen(`the answer to the Put is lost; ${then}`),
  }
}

/** The issuer withdraws the link: one conditional write that marks it, by the same route as a redemption's. api/revoke.ts. */
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
      step: () => ({ kind: 'revoked' }),
    },
    {
      can: () => (world.revoke === 'sent' || world.revoke === 'applied') && canFail(world),
      act: () => {
        fail(world)
        world.revoke = world.revoke === 'sent' ? 'late' : 'over'
      },
      step: unseen('the answer to the revoke is lost'),
    },
  ]
}

function revokeExecutions(stage: Stage): readonly Rule[] {
  const { world, setup } = stage
  const isWithdrawable = (region: number) => {
    const item = itemAt(world.store, region)
    return item === live || item === revoked
  }
  const target = setup.removed === 'revoke-elsewhere' ? elsewhere : home
  return regionsOf(setup, target).map(region => ({
    can: () => isSent(stage) && world.up[region] === true,
    act: () => {
      const applies = isWithdrawable(region)
      if (applies) write(world.store, region, revoked)
      if (world.revoke === 'late') world.revoke = 'over'
      else if (world.revoke !== 'acknowledged' && world.revoke !== 'applied')
        world.revoke = applies ? 'applied' : 'refused'
    },
    step: () => ({ kind: 'revoke', region: nameOf(region), applied: isWithdrawable(region) }) as const,
  }))
}

/** Who only watches may see any number of revokes. */
function isSent({ world, setup }: Stage): boolean {
  if (setup.watched === true) return world.issuer === 'issued'
  return world.revoke === 'sent' || world.revoke === 'late'
}

/** In mode `home` one Region, in mode `strong` all. */
function regionsOf({ mode, regions }: Setup, one: number): readonly number[] {
  return mode === 'home' ? [one] : Array.from({ length: regions }, (_, region) => region)
}
