import { newKeyPair } from '../../../jobs/keys/adapters/key-pair.ts'
import type { KeysContext, KeysPorts, TimeLeft } from '../../../jobs/keys/ports.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import type { Choices } from '../simulation/choices.ts'
import type { VirtualTime } from '../simulation/virtual-time.ts'

/** How an invocation ended: with a result or an error. */
type InvocationResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

/** Invokes the keys function, with accidents: each await may be its last, and each response may get lost. */
export type Lambda = <T>(run: (context: KeysContext, timeLeft: TimeLeft) => Promise<T>) => Promise<InvocationResult<T>>

/** Timeout of an invocation, in milliseconds. */
const timeoutMs = 15 * 60_000

const never = new Promise<never>(() => undefined)

/** Probability of each kind of accident in a call. */
export interface Accidents {
  readonly deaths: number
  readonly failures: number
  readonly lostResponses: number
  /** A call that takes minutes. */
  readonly stalls: number
}

/** Creates a Lambda function that uses these services. */
export function simulatedLambda(
  services: Pick<KeysPorts, 'cloudfront' | 'secret'>,
  deployment: Deployment,
  { time, dice, accidents, counts }: { time: VirtualTime; dice: Choices; accidents: Accidents; counts: Counts },
): Lambda {
  return async run => {
    const startedAt = time.now()
    const died = Promise.withResolvers<never>()
    let alive = true
    function die(why: string): Promise<never> {
      alive = false
      died.reject(new Error(why))
      return never
    }
    const callOff = time.after(timeoutMs, () => void die('timed out'))

    async function call<R>(effect: () => Promise<R>): Promise<R> {
      await time.pause(dice.chance(accidents.stalls) ? dice.between(60_000, 10 * 60_000) : dice.between(20, 300))
      if (!alive) return never
      if (dice.chance(accidents.deaths)) return ((counts.deaths += 1), die('died before a call'))
      if (dice.chance(accidents.failures)) throw ((counts.failures += 1), new Error('the service did not respond'))
      const result = await effect()
      await time.pause(dice.between(20, 300))
      if (!alive) return never
      if (dice.chance(accidents.deaths)) return ((counts.deaths += 1), die('died after a call'))
      if (dice.chance(accidents.lostResponses)) throw ((counts.lostResponses += 1), new Error('the response was lost'))
      return result
    }
    /** Returns the same port, with accidents. */
    function withAccidents<P extends object>(port: P): P {
      const wrap = ([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) =>
        [name, (...args: unknown[]) => call(() => method(...args))] as const
      return Object.fromEntries(Object.entries(port).map(each => wrap(each as never))) as P
    }
    const ports: KeysPorts = {
      clock: { now: () => time.now(), pause: ms => call(() => time.pause(ms)) },
      random: dice.bytes,
      keyPair: newKeyPair,
      cloudfront: withAccidents(services.cloudfront),
      secret: withAccidents(services.secret),
      log: () => undefined,
    }
    const context = { ports, deployment, keySpec: 'P-256' } as const
    const timeLeft = () => startedAt + timeoutMs - time.now()
    try {
      return { ok: true, value: await Promise.race([run(context, timeLeft), died.promise]) }
    } catch (error) {
      return { ok: false, error }
    } finally {
      alive = false
      callOff()
    }
  }
}

/** Number of accidents by kind. */
export interface Counts {
  deaths: number
  failures: number
  lostResponses: number
}
