import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Execution, type Fate, fates } from '../../support/edge/fault-proxy.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { ownPorts } from '../../support/machine/ports.ts'
import { firstDisallowed } from '../model/trace.ts'
import { maxTries, reserving, runTrial, type TestBed, testBedOn, type Trial, type Variant } from './trial.ts'

const variants: readonly Variant[] = [
  { mode: 'home', receipt: false },
  { mode: 'home', receipt: true },
  { mode: 'strong', receipt: false },
  { mode: 'strong', receipt: true },
]

/** Links for each fault, for a Region that flickers, for each fault in each variant against the model, and with a passphrase for each fault; more with `PROOF=all`. */
const size =
  process.env['PROOF'] === 'all'
    ? { perFate: 1000, flickering: 1000, modelled: 10, withPassphrase: 100 }
    : { perFate: 252, flickering: 300, modelled: 5, withPassphrase: 5 }

/** Returns the fault of a trial: each in turn, once in each variant. */
function fateOf(run: number): Fate {
  return fates[Math.floor(run / variants.length) % fates.length]!
}

/** Acts `runs` times, `atOnce` of them at the same time. Returns the results in order of their start. */
async function inTurns<Result>(
  { runs, atOnce }: { runs: number; atOnce: number },
  act: (run: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let started = 0
  async function takeTurns(): Promise<void> {
    while (started < runs) {
      const run = started
      started += 1
      results[run] = await act(run)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, takeTurns))
  return results
}

/** Runs trials, with each variant in turn. */
function runTrials(
  testBed: TestBed,
  size: { runs: number; atOnce: number },
  fatesOf: (run: number) => readonly Fate[],
): Promise<readonly Trial[]> {
  return inTurns(size, run => runTrial(testBed, variants[run % variants.length]!, fatesOf(run)))
}

/** Timeout of a function at viewer-request, in milliseconds (CloudFront, "Quotas on Lambda@Edge"): what exceeds it is no response. */
const edgeTimeoutMs = 5000

const allowedOutcomes = new Set(['granted', 'spent', 'outcome-unknown', 'unavailable'])

function expectPromises(trials: readonly Trial[]): void {
  const wrong = trials.filter(
    ({ receipt, outcomes, capabilities }) =>
      capabilities.length > 1 ||
      outcomes.some(outcome => !allowedOutcomes.has(outcome)) ||
      // With a receipt one client always gets the link; without, it may be lost only if a client gets outcome-unknown.
      (capabilities.length === 0 && (receipt || !outcomes.includes('outcome-unknown'))),
  )
  expect(wrong).toEqual([])
  expect(Math.max(...trials.map(({ slowestMs }) => slowestMs))).toBeLessThan(edgeTimeoutMs)
}

onDynamodbLocal(endpoint => {
  // All faults at once, because most trials wait for a response that does not come.
  test(
    `two clients request each of ${size.perFate} links for each fault of one write: edges respond in time, with one capability at most`,
    { timeout: 600_000 },
    async () => {
      const testBed = await testBedOn(endpoint)
      const trials = await runTrials(testBed, { runs: size.perFate * fates.length, atOnce: 50 }, run => [fateOf(run)])
      for (const fate of fates) {
        const ofFate = trials.filter((_, run) => fateOf(run) === fate)
        expect(ofFate.length).toBe(size.perFate)
        expectPromises(ofFate)
      }
    },
  )

  test(
    `${size.flickering} links keep their promises while their Region is unavailable again and again`,
    { timeout: 300_000 },
    async () => {
      const testBed = await testBedOn(endpoint, { behind: flickeringPort })
      const trials = await runTrials(testBed, { runs: size.flickering, atOnce: 50 }, () => [])
      expectPromises(trials)
      const requests = trials.reduce((sum, { outcomes }) => sum + outcomes.length, 0)
      const perceived = trials.flatMap(({ trace }) => trace.events.filter(({ kind }) => kind === 'perceived'))
      // The result is meaningful only if many writes were refused or cut off, and so repeated.
      expect(perceived.length - requests).toBeGreaterThan(0.3 * size.flickering)
    },
  )

  test(
    'the model allows every event of trials with one or two faults each',
    {
      timeout: 300_000,
    },
    async () => {
      const testBed = await testBedOn(endpoint, { oneAtATime: true })
      const pair = (run: number) => [fateOf(run), ...(run % 3 === 0 ? [fateOf(run * 7)] : [])]
      const runs = size.modelled * fates.length * variants.length
      const trials = await runTrials(testBed, { runs, atOnce: 40 }, pair)
      const disallowed = trials.flatMap(({ trace }) => {
        const found = firstDisallowed(trace)
        return found ? [{ ...found, trace }] : []
      })
      expect(disallowed).toEqual([])
      expect(trials.filter(({ capabilities }) => capabilities.length > 1)).toEqual([])
    },
  )

  test(
    `six tries at once at each of ${size.withPassphrase * fates.length} links, while one of their writes meets a fault`,
    { timeout: 600_000 },
    async () => {
      const testBed = await testBedOn(endpoint, { oneAtATime: true })
      const passphrases = ['right one', 'wrong one', 'wrong one', 'right one', 'wrong one', 'wrong one']
      // Each fault meets the first write of a link, and the second to the fifth of others.
      const trials = await inTurns({ runs: size.withPassphrase * fates.length, atOnce: 8 }, run => {
        const fine = Array.from({ length: Math.floor(run / fates.length) % 5 }, () => 'fine' as const)
        const variant = { mode: 'home', receipt: run % 2 === 1, passphrases } as const
        return runTrial(testBed, variant, [...fine, fates[run % fates.length]!])
      })
      const wrong = trials.filter(
        ({ executions, winners, outcomes }) =>
          comparedIn(executions) > maxTries ||
          winners.size > 1 ||
          [...winners].some(client => passphrases[client] !== 'right one') ||
          outcomes.some(outcome => !outcomesOfTries.has(outcome)),
      )
      expect(wrong).toEqual([])
      for (const { link } of trials) {
        const { key, tries = 0 } = (await testBed.links.find(link.id, link.homeRegion)) ?? link
        expect({ key, isWithin: tries <= maxTries }).toEqual({ key: link.key, isWithin: true })
      }
      const applied = trials.flatMap(({ executions }) => executions).filter(({ status }) => status === 200)
      const reserved = applied.filter(({ requestNumber }) => requestNumber === reserving)
      // The result is meaningful only if some were used, and more tries were taken.
      const used = applied.filter(isConsumption)
      expect(used.length).toBeGreaterThan(0)
      expect(reserved.length).toBeGreaterThan(used.length)
    },
  )
})

const outcomesOfTries = new Set<string>([...allowedOutcomes, 'wrong-passphrase', 'locked'])

/** Whether a write compares a passphrase: it has the number of its request. */
function isConsumption({ operation, requestNumber }: Execution): boolean {
  return operation !== 'GetItem' && /^\d+$/.test(requestNumber)
}

/** Returns how many requests had their passphrase compared while the link could be used. */
function comparedIn(executions: readonly Execution[]): number {
  const consumptions = executions.filter(isConsumption)
  const use = consumptions.findIndex(({ status }) => status === 200)
  const comparing = use < 0 ? consumptions : consumptions.slice(0, use + 1)
  return new Set(comparing.map(({ requestNumber }) => requestNumber)).size
}

/** Milliseconds for which the port is open, and then closed. */
const [openMs, closedMs] = [250, 400]

/**
 * Opens a TCP port in front of `endpoint` that closes again and again: then connections are refused, and open ones are
 * reset. Resolves with its own endpoint; ends with the test.
 */
async function flickeringPort(endpoint: string): Promise<string> {
  const target = new URL(endpoint)
  const sockets = new Set<Socket>()
  const server = createServer(viewer => {
    const store = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [[viewer, store] as const, [store, viewer] as const]) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => (sockets.delete(socket), other.destroy()))
    }
    viewer.pipe(store).pipe(viewer)
  })
  const stop = new AbortController()
  async function flicker(port: number): Promise<void> {
    while (!stop.signal.aborted) {
      await pause(openMs)
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
      await pause(closedMs)
      await once(server.listen(port, target.hostname), 'listening')
    }
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  const port = await ownPorts()
  await once(server.listen(port, target.hostname), 'listening')
  const flickering = flicker(port)
  onTestFinished(async () => {
    stop.abort()
    await flickering
  })
  return `http://${target.hostname}:${port}`
}
