import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refused } from '../../../shared/redemption/check-nonce.ts'
import { plusMs } from '../../../shared/time.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import { type Answered, redeem, type Ready } from '../../../shared/redemption/redeem.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, redemptionOf } from '../../support/table/links.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

type Part = Ready<string, Answered>

/** How a request differs from one that gets what it asks for. */
interface Script {
  readonly ready?: 'refused' | 'rejected'
  readonly mustConfirm?: boolean
  /** Time that each write takes, in milliseconds. */
  readonly writeMs?: number
  /** Times that the request is made, by other clients. */
  readonly times?: number
}

/** Redeems a link that keeps a receipt and has a passphrase; returns the steps in their order, and how the last request ended. */
async function play(script: Script, order = redeem) {
  const { link, nonce } = makeLink({ state: 'live', passphraseHash: 'right', tries: 0, maxTries: 5 })
  const clock = manualClock()
  const { links, table } = memoryStore()
  await links.put(link, link.homeRegion)
  const steps: string[] = []
  const step = (name: string) => void steps.push(name)
  const slowly = async <T>(name: string, call: () => Promise<T>) => {
    step(name)
    clock.advance(script.writeMs ?? 10)
    return call()
  }
  const recorded: LinkTable = {
    ...table,
    tryReserve: (...args) => slowly('reserve', () => table.tryReserve(...args)),
    tryConsume: (...args) => slowly('use', () => table.tryConsume(...args)),
    inspect: (...args) => slowly('count', () => table.inspect(...args)),
  }
  let ended: unknown
  for (let time = 0; time < (script.times ?? 1); time += 1) {
    steps.length = 0
    const ready: Part = {
      kind: 'ready',
      redemption: { ...redemptionOf(link), receipt: makeDraft(), passphraseHash: 'right' },
      confirm: async () => (step('confirm'), script.mustConfirm ? { kind: 'unconfirmed' } : undefined),
      sign: () => (step('sign'), 'signed'),
    }
    const redeemer = {
      isUnsupported: () => (step('nonce'), false),
      async makeReady() {
        step('ready')
        if (script.ready === 'rejected') throw new Error('no credentials')
        return script.ready ? refused('address-unsupported') : ready
      },
    }
    const context = {
      ports: { clock, keyring: testKeyring, table: recorded },
      route: () => [link.homeRegion],
      deadline: plusMs(clock.now(), 3_700_000),
    }
    ended = await order<string, Answered, Part>(nonce, redeemer, context).then(
      ({ outcome }) => outcome.kind,
      () => 'rejected',
    )
  }
  return { steps: steps.join(' '), ended }
}

/** What the order promises, each with a request that shows it. */
const promises: Readonly<Record<string, readonly [Script, { readonly steps: string; readonly ended: string }]>> = {
  'first what may fail, then the writes, then the signature': [
    {},
    { steps: 'nonce ready confirm reserve use sign', ended: 'redeemed' },
  ],
  'what can not be made ready uses no link': [{ ready: 'refused' }, { steps: 'nonce ready', ended: 'refused' }],
  'without what signs no link is used': [{ ready: 'rejected' }, { steps: 'nonce ready', ended: 'rejected' }],
  'who must confirm uses no link': [{ mustConfirm: true }, { steps: 'nonce ready confirm', ended: 'unconfirmed' }],
  'for a link that expired while it was written, nothing is signed': [
    { writeMs: 1_800_001 },
    { steps: 'nonce ready confirm reserve use', ended: 'refused' },
  ],
  'who comes second is refused, and only then counted': [
    { times: 2 },
    { steps: 'nonce ready confirm reserve count', ended: 'refused' },
  ],
}

test.each(Object.entries(promises))('%s', async (_, [script, expected]) => {
  expect(await play(script)).toEqual(expected)
})

/** Two neighbours of the order that may not change places, the patch that swaps them, and the promise that it breaks. */
const swapped: Readonly<Record<string, Omit<Patch, 'file'> & { readonly breaks: string }>> = {
  'uses the link before all is ready': {
    breaks: 'without what signs no link is used',
    find: 'const ready = await redeemer.makeReady(checked)\n',
    replace: `const early = { ...checked.target, viewer: undefined, binds: ['exact'] } as const
  await consume(early, ports, { regions: route(early.homeRegion), deadline })
  const ready = await redeemer.makeReady(checked)\n`,
  },
  'uses the link before its confirmation': {
    breaks: 'who must confirm uses no link',
    find: 'const outcome = (await ready.confirm?.()) ?? (await useAndSign(ready, context))',
    replace: 'const used = await useAndSign(ready, context)\n  const outcome = (await ready.confirm?.()) ?? used',
  },
  'takes the time before the write': {
    breaks: 'for a link that expired while it was written, nothing is signed',
    find: 'capabilityEnd(link, receipt, ports.clock.now())',
    replace: 'capabilityEnd(link, receipt, startedAt)',
  },
  'signs before it checks the end': {
    breaks: 'for a link that expired while it was written, nothing is signed',
    find: "if (end === 'expired'",
    replace: "ready.sign(link, link.expiresAt)\n  if (end === 'expired'",
  },
  'counts before it decides': {
    breaks: 'who comes second is refused, and only then counted',
    find: 'const outcome = (await',
    replace:
      "await countRefusedUse({ reason: 'spent' }, ready.redemption, { ...ports, route, deadline })\n  const outcome = (await",
  },
}

describe('two steps that change places break a promise: an order that', () => {
  test.each(Object.entries(swapped))('%s', async (name, { breaks, ...change }) => {
    const patch: Patch = { file: 'shared/redemption/redeem.ts', ...change }
    const root = await brokenCopy(name, [patch], ['shared'])
    onTestFinished(() => removeCopy(root))
    const file = pathToFileURL(join(root, patch.file)).href
    const broken = (await import(file)) as { readonly redeem: typeof redeem }
    const [script, expected] = promises[breaks] ?? expect.fail(breaks)
    expect(await play(script, broken.redeem)).not.toEqual(expected)
  })
})
