import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GateRequest } from '../../../emulator/cloudfront/gate.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { gateCode, type GateViewer, gateRequest } from '../../support/gate/gate.ts'
import { type Capability, own, site, victims } from './capabilities.ts'
import { createCloudFront, orders, type Served, type World } from './cloudfront.ts'
import { removals } from './removals.ts'
import { isForged, isStolen, thefts, worlds } from './thief.ts'

/** A new seed for each run, so that every run tries other things. A failure prints it. */
const seed = Date.now() % 2 ** 30

type CloudFront = ReturnType<typeof createCloudFront>

/** Makes the thief try in both orders, until it succeeds once or has tried `numRuns` times. */
function attempt(cloudFront: CloudFront, numRuns: number, note: (served: Served) => void = () => undefined) {
  const fails = fc.property(thefts, worlds, (request: GateRequest, world: World) => {
    const outcomes = cloudFront(request, world)
    return orders.every(order => {
      const { served, logged } = outcomes[order]
      note(served)
      return served !== 'content' || !(isStolen(request) || isForged(logged))
    })
  })
  return fc.check(fails, { numRuns, seed, endOnFailure: true })
}

test('a thief with signed URLs, another address and no cookie gets nothing, and no link into the log, in 100,000 tries in both orders', () => {
  const tally: Record<Served, number> = { content: 0, gate: 0, signature: 0 }
  const { failed, counterexample } = attempt(createCloudFront(gateCode), 100_000, served => (tally[served] += 1))
  console.log(`seed ${seed}: ${JSON.stringify(tally)}`)
  expect(failed, `seed ${seed}: ${JSON.stringify(counterexample)}`).toBe(false)
  // Each of the two refuses much that the other would let pass, and the thief gets files of its own.
  expect(tally.gate).toBeGreaterThan(10_000)
  expect(tally.signature).toBeGreaterThan(10_000)
  expect(tally.content).toBeGreaterThan(100)
}, 600_000)

/** Viewers that may use a capability: those at its address, and those with its secret anywhere. */
function rightfulViewers({ url, ip, link, secret, byAddress }: Capability): readonly GateViewer[] {
  const path = url.slice(site.length)
  const elsewhere = own.ip
  return [
    ...(byAddress ? [{ url: path, ip }] : []),
    ...(secret === undefined
      ? []
      : [
          { url: path, ip: elsewhere, headers: [['Cookie', `__Secure-once-${link}=${secret}`]] as const },
          { url: path, ip: elsewhere, headers: [['Once-Client', secret]] as const },
          {
            url: path,
            ip: '2001:db8:9::1',
            headers: [['Cookie', `a=b; __Secure-once-${link}=${secret}; c=d`]] as const,
          },
        ]),
  ]
}

test('the rightful client gets its file in every world, and the log names its link if the gate sees the signature', () => {
  const cloudFront = createCloudFront(gateCode)
  const viewers = fc.constantFrom(...victims.flatMap(rightfulViewers))
  fc.assert(
    fc.property(viewers, worlds, (viewer, world) => {
      const [, link] = /[?&]l=([^&]*)/.exec(viewer.url) ?? []
      const logged = world.showsSignature && !world.lowerCaseNames ? link : undefined
      const outcome = { served: 'content', logged }
      expect(cloudFront(gateRequest(viewer), world)).toEqual({ 'gate-first': outcome, 'signature-first': outcome })
    }),
    { numRuns: 2_000, seed },
  )
})

describe('a thief succeeds if', () => {
  test.each(Object.entries(removals))(
    '%s',
    async (name, patches) => {
      const root = await brokenCopy(`gate ${name}`, patches)
      const { bundleGate } = (await import(
        join(root, 'edge/gate/bundle.ts')
      )) as typeof import('../../../edge/gate/bundle.ts')
      const code = await bundleGate()
      await removeCopy(root)
      // The rarest theft takes some 30,000 tries.
      const { failed, numRuns } = attempt(createCloudFront(code), 1_000_000)
      console.log(`after ${numRuns} tries`)
      expect(failed).toBe(true)
    },
    600_000,
  )
})
