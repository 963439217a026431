import { describe, expect, test } from 'vitest'
import { type Preparation, warmUp } from '../../../edge/warm-up.ts'
import { manualClock } from '../../support/machine/clock.ts'

/** Warms up with these parts and returns what was done, in order. */
async function warmedUp(parts: Partial<Preparation>): Promise<readonly string[]> {
  const done: string[] = []
  const connect = parts.connect ?? (async () => undefined)
  const rehearse = parts.rehearse ?? (async () => undefined)
  await warmUp({
    isCpuThrottled: () => false,
    clock: manualClock(),
    ...parts,
    connect: async () => {
      done.push('connects')
      await connect()
      done.push('connected')
    },
    rehearse: async () => {
      done.push('rehearses')
      await rehearse()
      done.push('rehearsed')
    },
  })
  return done
}

const fail = async () => Promise.reject(new Error('chosen by the test'))
const hang = async () => new Promise<never>(() => undefined)

describe('an environment that warms up', () => {
  test('connects, rehearses meanwhile, and waits until it is connected', async () => {
    const connected = Promise.withResolvers<void>()
    const rehearse = async () => void setTimeout(connected.resolve)
    const clock = { pause: async (ms: number) => (ms === 5 ? undefined : hang()) }
    const done = await warmedUp({ connect: async () => connected.promise, rehearse, clock })
    expect(done).toEqual(['connects', 'rehearses', 'rehearsed', 'connected'])
  })

  test('only starts to connect if it is throttled', async () => {
    expect(await warmedUp({ isCpuThrottled: () => true, connect: hang })).toEqual(['connects'])
  })

  test.each([
    ['can not connect', { connect: fail }, ['connects', 'rehearses', 'rehearsed']],
    ['can not rehearse', { rehearse: fail }, ['connects', 'rehearses', 'connected']],
    ['can not start to connect', { connect: throwing }, ['connects', 'rehearses', 'rehearsed']],
    ['can not start to rehearse', { rehearse: throwing }, ['connects', 'rehearses', 'connected']],
  ] as const)('that %s does not fail', async (_, parts, expected) => {
    expect((await warmedUp(parts)).toSorted()).toEqual([...expected].toSorted())
  })

  test('waits for one second at most', async () => {
    const pauses: number[] = []
    const clock = { pause: async (ms: number) => void pauses.push(ms) }
    expect(await warmedUp({ connect: hang, clock })).toEqual(['connects', 'rehearses', 'rehearsed'])
    expect(pauses).toEqual([5, 1000])
  })
})

function throwing(): Promise<never> {
  throw new Error('chosen by the test')
}
