import type { Machine } from './explore.ts'
import { issuerRules, revokeRules } from './issuer.ts'
import { brokenPromise } from './properties.ts'
import { requestRules } from './request.ts'
import type { Rule, Stage } from './rule.ts'
import type { Setup } from './setup.ts'
import { settle, worldOf } from './state.ts'
import { surroundingRules } from './surroundings.ts'
import { inWords } from './words.ts'

/**
 * The protocol of one link, as a machine that explore.ts can visit state by state.
 *
 * MODELLED: one nonce, from the issuer's Put to the last purge. Every message may take any time, be executed after its
 * sender gave up, or never; responses may be lost; edges may die at any step; a 302 may not arrive; Regions may go down
 * and come back; in mode `home` each Region has a copy, writes replicate in any order and the last writer wins.
 *
 * | subject                              | here                        | in the product                               |
 * | ------------------------------------ | --------------------------- | -------------------------------------------- |
 * | one Put, a new nonce after a failure | issuer.ts                   | api/links/issue.ts                                 |
 * | revoke                               | issuer.ts                   | api/links/one-link.ts                              |
 * | refusals without a call to the store | request.ts                  | edge/redeem/redeemer.ts, shared/nonce.ts             |
 * | the Region to call                   | request.ts                  | shared/table/route.ts                              |
 * | the condition of the write           | store.ts                    | shared/redemption/clauses.ts, one-use.ts     |
 * | the meaning of an error              | write.ts                    | shared/table/effect-of-error.ts         |
 * | try again, read, or give up          | request, write, response.ts | shared/redemption/consume.ts                 |
 * | re-check clock, address; then sign   | response.ts                 | shared/redemption/redeem.ts, receipt.ts |
 * | a try, before its hash is compared   | try.ts, redemption.ts       | shared/redemption/reserve-try.ts             |
 * | one of several uses                  | store.ts                    | shared/redemption/several-uses.ts            |
 * | to what a capability is bound        | binding.ts                  | edge/redeem/binding.ts, edge/redeem/redeemer.ts             |
 * | time, purge, restore, replication    | surroundings.ts             | AWS; api/sweeper/sweep.ts; slots of shared/secrets/keys.ts   |
 * | the file of a link that takes one    | upload.ts, by itself        | api/uploads/received.ts                      |
 * | the promises                         | properties.ts               | README.md                                    |
 *
 * ASSUMED, and not checked:
 * - Mode `strong` is one linearizable register that any Region which is up can reach (AWS's promise for MRSC). An edge
 *   may call any Region at any try, which covers every order of preference.
 * - Time has three phases: before the expiry, after it, and so long after it that nothing is under way any more; only
 *   then is anything purged. All clocks pass the expiry together. Reading the clock and signing are one step.
 * - Of a link with a passphrase all requests come from one address, and each 302 arrives.
 * - Of a link with several uses, no use ends before its link, and no edge takes another Region for the home.
 * - Deadlines are not modelled: an edge may give up after any failure and may go on after any.
 * - The issuer's Put is duplicated in kind `receipt` only, where it does no harm. In kind `delete` a duplicate would
 *   bring the link back; TLS and our having no retries there exclude it. A redemption's write may be executed twice.
 * - The gate and CloudFront check what a capability says (test/proof/gate, test/unit/gate): rights are who then gets the
 *   file. Addresses are four, two in each of two networks.
 * - A client does not come back with Once-Client to an edge of the version before: that edge does not read it.
 * - A restore waits until no request is open that was verified with the old key slot.
 * - The count of a refused use goes to the home and leaves the state as it is: to the model it leaves the item as it is.
 * - A write that leaves the item as it is need not be replicated: at the home, the only writer, it changes no order.
 */

/** The protocol as a machine, with its rules and its world. */
export interface Protocol extends Machine, Stage {
  /** Rules on the one `world`; `load` reads a state into it, `save` writes its state. */
  readonly rules: readonly Rule[]
  load(state: Uint8Array): void
  save(into: Uint8Array): void
}

/** Makes the protocol in one setup. */
export function protocolOf(setup: Setup): Protocol {
  const world = worldOf(setup)
  const stage = { setup, world }
  const rules = rulesOf(stage)
  const { bytes } = world
  const first = bytes.slice()
  const load = (state: Uint8Array) => bytes.set(state)
  const save = (into: Uint8Array) => {
    settle(world)
    into.set(bytes)
  }
  return {
    ...stage,
    rules,
    load,
    save,
    bytes: first.length,
    first: into => into.set(first),
    expand(from, to, reached) {
      load(from)
      let gate: Rule['gate']
      let isShut = false
      for (let step = 0; step < rules.length; step += 1) {
        const rule = rules[step] as Rule
        if (rule.gate !== gate) isShut = (gate = rule.gate)?.() === false
        if (isShut || !rule.can()) continue
        rule.act()
        save(to)
        reached(step)
        load(from)
      }
    },
    name(from, step) {
      load(from)
      return inWords((rules[step] as Rule).step())
    },
    broken(state) {
      load(state)
      return brokenPromise(stage)
    },
  }
}

function rulesOf(stage: Stage): readonly Rule[] {
  const { world, setup } = stage
  return [
    ...issuerRules(stage),
    ...(setup.revoke === true ? revokeRules(stage) : []),
    ...world.requests.flatMap(request => requestRules(stage, request)),
    ...surroundingRules(stage),
  ]
}
