import { expect, test } from 'vitest'
import { explore, type Machine } from './explore.ts'

/**
 * Makes a board of `width` by `width` fields with a token that starts in a corner and moves right (step 0) or down
 * (step 1).
 */
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
  }
}

test('an exploration visits each state of a known graph once, counts each step, and knows the farthest state', () => {
  const { states, transitions, depth, counterexample } = explore(board(4))
  expect({ states, transitions, depth }).toEqual({ states: 16, transitions: 24, depth: 6 })
  expect(counterexample).toBeUndefined()
})

test('an exploration finds a forbidden state by a shortest path to the nearest one', () => {
  const isForbidden = (x: number, y: number) => (x === 3 && y === 3) || (x === 2 && y === 0)
  const { counterexample } = explore(board(10, isForbidden))
  expect(counterexample).toEqual({ property: 'the rule', steps: ['right', 'right'], path: [0, 0] })
})

test('an exploration does not continue from a state that breaks another rule than the one it searches for', () => {
  const { states, counterexample } = explore(
    board(3, x => x === 1),
    'another rule',
  )
  expect(counterexample).toBeUndefined()
  expect(states).toBe(6)
})

test('an exploration does not report a forbidden state that no step leads to', () => {
  expect(explore(board(3, x => x === 3)).counterexample).toBeUndefined()
})

test('an exploration finds a shortest path to each target that there is', () => {
  const targets = { corner: ([x, y]: Uint8Array) => x === 1 && y === 1, outside: ([x]: Uint8Array) => x === 4 }
  expect(explore({ ...board(4), targets }).reached).toEqual({ corner: ['right', 'down'] })
})

test('an exploration distinguishes sixty thousand states while its table grows', () => {
  const { states, transitions } = explore(board(250))
  expect({ states, transitions }).toEqual({ states: 250 * 250, transitions: 2 * 250 * 249 })
})
