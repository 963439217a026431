import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type NamedSigner,
  nextSignerStage,
  signerNameOf,
  type SignerSettings,
  type SignerStage,
  type SignerState,
} from '../../../cli/deployment/deploy/signer-stages.ts'
import { forgottenSeconds } from '../../../shared/keys.ts'
import type { EpochSeconds } from '../../../shared/time.ts'

const week = 7 * 24 * 3600
const at = (seconds: number) => (1_795_521_600 + seconds) as EpochSeconds
const inSecret: SignerSettings = {
  signer: 'secret',
  keySpec: 'P-256',
  kmsKey: 1,
  kmsKeysKept: [],
  maxLinkSeconds: week,
}
const inKms: SignerSettings = { ...inSecret, signer: 'kms' }

/** Returns the next stage, if the secret has been in force for long and no rotation is under way. */
function stageOf(
  wanted: SignerSettings,
  state: Partial<SignerState> = {},
  { now = 0, endsLinks = false, isPrepared = true } = {},
) {
  const known = { deployed: inSecret, current: { name: 'P-256' as const }, inForceSince: at(-10 * week), ...state }
  return nextSignerStage(wanted, known, { now: at(now), endsLinks, isPrepared })
}

describe('a first deployment', () => {
  test.each([inSecret, inKms])('creates the first keys as they are set: %o', settings => {
    const stage = nextSignerStage(settings, undefined, { now: at(0), endsLinks: false, isPrepared: false })
    expect(stage).toMatchObject({ overrides: { kmsKeysKept: [] }, after: 'nothing', next: 'none' })
  })
})

describe('from a key in the secret to one in KMS', () => {
  test('keeps the former key until no link needs it, and removes it by a rotation', () => {
    const state = { deployed: inKms, current: { name: 'P-256-1', formerUntil: at(week) } as const, inForceSince: at(0) }
    expect(stageOf(inKms, state, { now: 60 })).toMatchObject({
      after: 'nothing',
      next: at(week),
      text: 'the signer is as set; the first rotation after 2026-12-01T12:00:00Z removes the former key, for links without a receipt',
    })
    expect(stageOf(inKms, state, { now: week })).toMatchObject({ after: 'rotate', next: 'now' })
    expect(stageOf(inKms, { ...state, current: { name: 'P-256-1' } })).toMatchObject({ after: 'nothing', next: 'none' })
  })

  test('lowers maxLinkSeconds only after the rotation, so that the former key outlives the links issued before', () => {
    const wanted = { ...inKms, maxLinkSeconds: 3600 }
    expect(stageOf(wanted).overrides).toMatchObject({ maxLinkSeconds: week })
    const deployed = { ...inSecret, kmsKeysKept: ['P-256-1'] }
    expect(stageOf(wanted, { deployed }).overrides).toMatchObject({ maxLinkSeconds: week })
    expect(stageOf(wanted, { deployed: inKms, current: { name: 'P-256-1' } }).overrides).toEqual({ kmsKeysKept: [] })
  })

  test('gives up a rotation to another signer', () => {
    const state = { deployed: { ...inSecret, kmsKeysKept: ['P-256-1'] }, pending: { name: 'RSA-2048' } as const }
    expect(stageOf(inKms, state)).toMatchObject({ after: 'rotate', cancelsRotation: true })
    expect(stageOf(inKms, { ...state, pending: { name: undefined } })).toMatchObject({ cancelsRotation: true })
    expect(stageOf(inKms, { ...state, pending: { name: 'P-256-1' } })).toMatchObject({ cancelsRotation: false })
  })
})

describe('from a key in KMS to one in the secret', () => {
  test('keeps the key in KMS while it is unknown who has the new value', () => {
    const switched = { deployed: { ...inSecret, kmsKeysKept: ['P-256-1'] }, current: { name: 'P-256' } as const }
    expect(stageOf(inSecret, { ...switched, inForceSince: undefined })).toMatchObject({
      overrides: { kmsKeysKept: ['P-256-1'] },
      after: 'nothing',
      next: 'when-in-force',
      text: 'keep key P-256-1 in KMS; deploy again a day after the daily retirement has found the same secret in every Region',
    })
  })

  test('keeps a key to which a rotation could still switch, and overtakes that rotation', () => {
    const pending = { name: 'P-256-1' } as const
    const deployed = { ...inSecret, kmsKeysKept: ['P-256-1'] }
    expect(stageOf(inSecret, { deployed, pending })).toMatchObject({
      overrides: { kmsKeysKept: ['P-256-1'] },
      cancelsRotation: true,
      after: 'rotate',
      text: "rotate, so that the rotation to key P-256-1 in KMS can't end any more",
    })
  })

  test('waits for the end of a rotation that is under way, since no key is removed before', () => {
    const deployed = { ...inSecret, kmsKeysKept: ['P-256-1'] }
    const pending = { name: 'P-256' } as const
    expect(stageOf(inSecret, { deployed, pending })).toMatchObject({
      overrides: { kmsKeysKept: ['P-256-1'] },
      cancelsRotation: false,
      after: 'rotate',
      next: 'now',
      text: 'keep key P-256-1 in KMS until the rotation under way has ended',
    })
  })
})

test('a key in KMS that is none of the deployment’s is replaced', () => {
  expect(stageOf(inKms, { deployed: inKms, current: { name: undefined } })).toMatchObject({ after: 'rotate' })
})

type Failure = 'no' | 'at-once' | 'half-way' | 'rotation'

/** A deployment as the stages change it, with all values of the secret that a process may still have. */
class Model {
  now = 0
  deployed: SignerSettings
  current: NamedSigner
  previous: readonly { readonly value: NamedSigner; readonly until: number }[] = []
  inForceSince: number | undefined = undefined
  pending: NamedSigner | undefined = undefined
  /** Whether every api issues only links with a receipt. */
  keepsReceipts: boolean
  isPrepared = false

  constructor(deployed: SignerSettings) {
    this.deployed = { ...deployed, kmsKeysKept: [] }
    this.current = { name: signerNameOf(deployed) }
    this.keepsReceipts = deployed.signer === 'kms'
  }

  get state(): SignerState {
    const { deployed, current, pending, inForceSince } = this
    return { deployed, current, pending, inForceSince: inForceSince === undefined ? undefined : at(inForceSince) }
  }

  get kmsKeys(): readonly string[] {
    const name = signerNameOf(this.deployed)
    return [...this.deployed.kmsKeysKept, ...(this.deployed.signer === 'kms' ? [name] : [])]
  }

  /** Time passes, and the daily retirement runs in between. */
  wait(seconds: number): void {
    this.now += seconds
    if (seconds >= 24 * 3600) this.markInForce()
  }

  markInForce(): void {
    this.inForceSince ??= this.now
    this.previous = this.previous.map(({ value, until }) => ({
      value,
      until: Math.min(until, (this.inForceSince ?? 0) + forgottenSeconds),
    }))
  }

  beginRotation(): void {
    const { deployed } = this
    const isFromSecret =
      deployed.signer === 'kms' && !/-\d+$/.test((this.current.name ?? '').replace(/^(P-256|RSA-2048)/, ''))
    const formerUntil = isFromSecret ? at(this.now + deployed.maxLinkSeconds + 900) : this.current.formerUntil
    const keeps = deployed.signer === 'kms' && formerUntil !== undefined && this.now < formerUntil - at(0)
    this.pending = { name: signerNameOf(deployed), ...(keeps && { formerUntil }) }
  }

  /** Ends the rotation. It does nothing if what is deployed wants another signer than the pending version names. */
  endRotation(): void {
    if (this.pending === undefined || this.pending.name !== signerNameOf(this.deployed)) return
    this.previous = [...this.previous, { value: this.current, until: Infinity }]
    this.current = this.pending
    this.pending = undefined
    this.inForceSince = undefined
  }

  /** A deployment may fail before its first stack, after the stack in us-east-1, or in the rotation. */
  apply(wanted: SignerSettings, stage: SignerStage, fails: Failure): void {
    this.isPrepared = false
    if (fails === 'at-once') return
    this.deployed = { ...wanted, ...stage.overrides }
    this.check()
    if (fails === 'half-way') return
    this.keepsReceipts = this.kmsKeys.length > 0
    this.isPrepared = stage.prepares
    if (stage.cancelsRotation) this.pending = undefined
    if (stage.after === 'invalidate-links') this.current = { name: this.current.name }
    if (stage.after !== 'rotate') return
    if (this.pending === undefined) this.beginRotation()
    if (fails === 'no') this.endRotation()
  }

  /** Every value that a process may have can sign; and while one may name a key in KMS, new links keep receipts. */
  check(): void {
    const alive = [this.current, ...this.previous.filter(({ until }) => this.now < until).map(({ value }) => value)]
    const names = alive.flatMap(({ name }) => (name !== undefined && /\d-\d/.test(name) ? [name] : []))
    for (const name of names) expect(this.kmsKeys, `at ${this.now}`).toContain(name)
    // A rotation that was prepared can still end.
    const isReachable = this.pending?.name === signerNameOf(this.deployed)
    if (isReachable && /\d-\d/.test(this.pending?.name ?? '')) expect(this.kmsKeys).toContain(this.pending?.name)
    // No api issues a link without a receipt any more when a rotation may name a key in KMS.
    if (this.deployed.signer === 'kms') expect(this.keepsReceipts).toBe(true)
  }
}

const wishes = fc.record({
  signer: fc.constantFrom('secret' as const, 'kms' as const),
  keySpec: fc.constantFrom('P-256' as const, 'RSA-2048' as const),
  kmsKey: fc.integer({ min: 1, max: 3 }),
  kmsKeysKept: fc.constant<string[]>([]),
  maxLinkSeconds: fc.constantFrom(3600, week),
})

const events = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deploy' as const),
      fails: fc.constantFrom<Failure>('no', 'no', 'no', 'at-once', 'half-way', 'rotation'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), wanted: wishes }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(60, 3600, 90_000, week) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'schedule' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'late-end' as const }) },
)

type Plan = typeof nextSignerStage

/** Runs a history; then deploys until nothing is left to do. Throws if a promise breaks. */
function live(
  first: SignerSettings,
  history: readonly (typeof events extends fc.Arbitrary<infer E> ? E : never)[],
  plan: Plan,
): void {
  const model = new Model(first)
  let wanted = first
  const stage = () => plan(wanted, model.state, { now: at(model.now), endsLinks: false, isPrepared: model.isPrepared })
  for (const event of history) {
    if (event.kind === 'deploy') model.apply(wanted, stage(), event.fails)
    else if (event.kind === 'change') [wanted, model.isPrepared] = [event.wanted, false]
    else if (event.kind === 'wait') model.wait(event.seconds)
    else if (event.kind === 'schedule') {
      if (model.pending === undefined) model.beginRotation()
      model.endRotation()
    } else model.endRotation()
  }
  for (let count = 0; count < 20; count += 1) {
    const next = stage()
    model.apply(wanted, next, 'no')
    if (next.next === 'none') break
    if (next.next !== 'now') model.wait(next.next === 'when-in-force' ? 90_000 : next.next - at(model.now))
  }
  expect({ ...model.deployed, current: model.current }).toEqual({ ...wanted, current: { name: signerNameOf(wanted) } })
}

const inputs = [wishes, fc.array(events, { maxLength: 25 })] as const

test('whatever fails and however often one changes one’s mind, every value can sign, and the wanted signer signs in the end', () => {
  fc.assert(
    fc.property(...inputs, (first, history) => live(first, history, nextSignerStage)),
    { numRuns: 2000 },
  )
})

describe('a planner broken on purpose fails that', () => {
  const broken: Readonly<Record<string, Plan>> = {
    'keys are removed at once': (wanted, state, options) => {
      const stage = nextSignerStage(wanted, state, options)
      return { ...stage, overrides: { ...stage.overrides, kmsKeysKept: [] } }
    },
    'keys are removed though the age of the secret is unknown': (wanted, state, options) =>
      nextSignerStage(wanted, state && { ...state, inForceSince: state.inForceSince ?? at(-week) }, options),
    'keys are removed a day early': (wanted, state, options) =>
      nextSignerStage(wanted, state, { ...options, now: (options.now + 24 * 3600) as EpochSeconds }),
    'a rotation under way is ignored': (wanted, state, options) =>
      nextSignerStage(wanted, state && { ...state, pending: undefined }, options),
    'KMS signs without a key that was created before': (wanted, state, options) => {
      const stage = nextSignerStage(wanted, state, options)
      return stage.overrides.signer === undefined ? stage : { ...stage, overrides: {}, after: 'rotate' }
    },
    'an earlier run counts as complete': (wanted, state, options) =>
      nextSignerStage(wanted, state, { ...options, isPrepared: true }),
    'the stage is the last, whatever the secret names': (wanted, state, options) => ({
      ...nextSignerStage(wanted, state, options),
      after: 'nothing',
      next: 'none',
    }),
  }
  test.each(Object.entries(broken))('%s', (_, plan) => {
    const run = () =>
      fc.assert(
        fc.property(...inputs, (first, history) => live(first, history, plan)),
        { numRuns: 5000 },
      )
    expect(run).toThrow('Property failed')
  })
})
