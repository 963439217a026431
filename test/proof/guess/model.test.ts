import { describe, expect, test } from 'vitest'
import { explore } from '../model/explore.ts'
import { type GuessGuard, guessGuards, guessMachine, type GuessSetup } from './model.ts'

const [wrong, right] = [
  { right: false, client: 0 },
  { right: true, client: 1 },
]

/** Requests of clients, of which the first three guess and the last has the passphrase. */
const four = [wrong, { right: false, client: 2 }, { right: true, client: 1 }, { right: false, client: 3 }]
/** Two clients have the passphrase, and one of them comes twice. */
const twoRight = [right, right, { right: true, client: 2 }, wrong]

/** A client has the passphrase and comes back without it. Two others come without it, of which one has guessed before. */
const reopened = [
  right,
  { right: false, client: 1, reopens: true },
  wrong,
  { right: false, client: 0, reopens: true },
  { right: false, client: 2, reopens: true },
] as const

/** Worlds to explore. In mode `strong` all replicas are one register, and in mode `home` all requests go to one: the same model. */
const setups: GuessSetup[] = [false, true].flatMap(receipt => {
  const kind = receipt ? 'receipt' : 'delete'
  return [
    { name: `${kind}, four guesses`, receipt, maxTries: 2, requests: four, faults: 2, repeats: 1 },
    { name: `${kind}, two right`, receipt, maxTries: 2, requests: twoRight, faults: 2, repeats: 1 },
    { name: `${kind}, one try`, receipt, maxTries: 1, requests: four, faults: 2, repeats: 1 },
    {
      name: `${kind}, revoke`,
      receipt,
      maxTries: 3,
      requests: [right, wrong, right],
      faults: 3,
      repeats: 1,
      revoke: true,
    },
  ]
})
const reopening = { receipt: true, maxTries: 2, requests: reopened, faults: 2, repeats: 1 } as const
setups.push(
  { name: 'receipt, reopened', ...reopening },
  { name: 'receipt, reopened, revoke', ...reopening, requests: reopened.slice(0, 4), revoke: true },
)

test('a guess breaks no promise in any state of its model', { timeout: 300_000 }, () => {
  let [states, transitions] = [0, 0]
  for (const setup of setups) {
    const found = explore(guessMachine(setup))
    expect(found.counterexample, setup.name).toBeUndefined()
    expect(found.reached['granted'], setup.name).toBeDefined()
    console.log(
      `${setup.name}: ${found.states} states, ${found.transitions} steps, depth ${found.depth}, ${found.ms} ms`,
    )
    states += found.states
    transitions += found.transitions
  }
  console.log(`in all ${states} states, ${transitions} steps`)
  expect(states).toBeGreaterThan(200_000)
})

describe('without a guard, a guess breaks a promise', () => {
  const setup: GuessSetup = { name: 'receipt', receipt: true, maxTries: 2, requests: twoRight, faults: 2, repeats: 1 }
  const threeWrong = [wrong, { ...wrong, client: 2 }, { ...wrong, client: 3 }]
  const settings: Partial<Record<GuessGuard, Partial<GuessSetup>>> = {
    'reserve-first': { requests: threeWrong, faults: 0 },
    'limit-clause': { requests: threeWrong, faults: 0 },
    'limit-in-the-write': { requests: threeWrong, faults: 0 },
    'home-only': { requests: threeWrong, faults: 0, replicas: 2 },
    exists: { receipt: false },
    'one-winner': { faults: 0 },
    'reopen-used': { requests: reopened, faults: 0 },
    'reopen-own': { requests: reopened, faults: 0 },
  }

  test.each(Object.entries(guessGuards))('%s: %s', (name, [, promise]) => {
    const removed = name as GuessGuard
    const { counterexample } = explore(guessMachine({ ...setup, ...settings[removed], removed }))
    console.log([`${removed}:`, ...(counterexample?.steps ?? [])].join('\n  '))
    expect(counterexample?.property).toBe(promise)
    // With the guard, the same world keeps its promises.
    expect(explore(guessMachine({ ...setup, ...settings[removed] })).counterexample).toBeUndefined()
  })
})
