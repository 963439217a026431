import { expect, test } from 'vitest'
import { explore, type Machine } from './explore.ts'

/** A token on a board of `width` by `width` fields. It starts in a corner and moves right (step 0) or down (step 1). */
function board(width: number, isForbidden: (x: number, y: number) => boolean = () => false): Machine {
  const at = (state: Uint8Array) => [state[0] as number, state[1] as number] as const
  return {
    bytes: 4,
    first: into => into.fill(0),
    expand(from, to, reached) {
      const [x, y] = at(from)
      const moves = [
        [x + 1, y],
        [x, y + 1],
      ]
      for (const [step, move] of moves.entries()) {
        if (move.some(place => place >= width)) continue
        to.set(move)
        reached(step)
      }
    },
    name: (_, step) => ['right', 'down'][step] as string,
    broken: state => (isForbidden(...at(state)) ? 'the rule' : undefined),
    notable: state => state[0] === state[1],
  }
}

test('each state of a known graph is visited once, each step is counted, and the farthest is known', () => {
  const { states, transitions, depth, notable, counterexample, stoppedAt } = explore(board(4))
  expect({ states, transitions, depth, notable }).toEqual({ states: 16, transitions: 24, depth: 6, notable: 4 })
  expect(counterexample).toBeUndefined()
  expect(stoppedAt).toBeUndefined()
})

test('a forbidden state is found, by a shortest way to the nearest one', () => {
  const isForbidden = (x: number, y: number) => (x === 3 && y === 3) || (x === 2 && y === 0)
  const { counterexample } = explore(board(10, isForbidden))
  expect(counterexample).toEqual({ property: 'the rule', steps: ['right', 'right'], path: [0, 0] })
})

test('a forbidden state that is not the one looked for is not gone on from', () => {
  const { states, counterexample } = explore(
    board(3, x => x === 1),
    { until: 'another rule' },
  )
  expect(counterexample).toBeUndefined()
  expect(states).toBe(6)
})

test('a forbidden state that no step leads to is not reported', () => {
  expect(explore(board(3, x => x === 3)).counterexample).toBeUndefined()
})

test('an exploration that stops early says so', () => {
  expect(explore(board(100), { limit: 50 }).stoppedAt).toBe(50)
})

test('sixty thousand states are told apart, though their table had to grow', () => {
  const { states, transitions } = explore(board(250))
  expect({ states, transitions }).toEqual({ states: 250 * 250, transitions: 2 * 250 * 249 })
})
