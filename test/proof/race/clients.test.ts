import { Agent } from 'node:http'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../../emulator/emulator.ts'
import { distributionOn } from '../../support/gate/distribution.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { type Answer, ask, issueAt } from '../../support/machine/http.ts'
import { memoryStore, type Store } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { decodePolicy } from '../../support/edge/viewer-request.ts'
import { readPolicy } from '../simulation/binding.ts'

/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000
/** `PROOF=all` plays 20. */
const rounds = process.env['PROOF'] === 'all' ? 20 : 4
const hasIpv6 = Object.values(networkInterfaces()).some(each => each?.some(({ address }) => address === '::1'))
const addresses = ['127.0.0.1', '127.0.0.2', '127.9.9.9', ...(hasIpv6 ? ['::1'] : [])]

/** One request of a race: by which client, and from which address. */
interface Runner {
  readonly client: number
  readonly from: string
}

type Edges = Pick<Emulator, 'api' | 'edges'>

/** What all requests for one link got. */
interface Outcome {
  /** Clients with a capability. */
  readonly winners: readonly number[]
  /** Capabilities: object, end and secret of each. */
  readonly capabilities: readonly string[]
  /** Starts of addresses that the capabilities name. */
  readonly addresses: readonly string[]
  /** Responses by status. */
  readonly statuses: Readonly<Record<number, number>>
}

const secretOf = (client: number) => String(client).padStart(43, 'S')

/** Issues a link and lets all `runners` open it at once, at all edges in turn. One that gets 503 tries again. */
async function race({ api, edges }: Edges, body: object, runners: readonly Runner[]): Promise<Outcome> {
  using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 64 }), {
    [Symbol.dispose](this: Agent) {
      this.destroy()
    },
  })
  const { url } = await issueAt(api, { key: 'f', allowMissing: true, urlSeconds: 600, ...body })
  const origins = Object.values(edges)
  // On AWS all edges have one host, which a redemption covers.
  const Host = new URL(url).host
  const run = async ({ client, from }: Runner, index: number): Promise<Answer> => {
    const headers = {
      Host,
      'once-client': secretOf(client),
      ...(client % 2 === 1 && { 'idempotency-key': `${client}` }),
    }
    const target = `${origins[index % origins.length]}${new URL(url).pathname}`
    for (let attempts = 0; ; attempts += 1) {
      const answer = await ask(target, { from, headers, agent })
      if (answer.status !== 503 || attempts === 5) return answer
    }
  }
  const answers = await Promise.all(runners.map(run))
  return outcomeOf(answers, runners)
}

function outcomeOf(answers: readonly Answer[], runners: readonly Runner[]): Outcome {
  const granted = answers.flatMap(({ headers }, index) => {
    const policy = /[?&]Policy=([^&]+)/.exec(String(headers['location']))?.[1]
    const client = runners[index]?.client ?? -1
    return policy === undefined ? [] : [{ client, ...readPolicy(decodePolicy(policy), true) }]
  })
  const distinct = <T>(list: readonly T[]) => [...new Set(list)]
  const statuses: Record<number, number> = {}
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1
  return {
    winners: distinct(granted.map(({ client }) => client)),
    capabilities: distinct(granted.map(({ identity }) => identity)),
    addresses: distinct(granted.flatMap(({ rights }) => rights.addresses ?? [])),
    statuses,
  }
}

/** Each client once, from the addresses in turn. */
const eachOnce = (count: number): readonly Runner[] =>
  Array.from({ length: count }, (_, client) => ({ client, from: addresses[client % addresses.length] ?? '' }))

/** Some clients, each many times and from all addresses. */
const eachOften = (clients: number, requests: number): readonly Runner[] =>
  Array.from({ length: clients * requests }, (_, index) => ({
    client: index % clients,
    from: addresses[Math.floor(index / clients) % addresses.length] ?? '',
  }))

function promises(options: Partial<EmulatorOptions>): void {
  const start = () => emulatorHere({ bucket: temporaryFolder(), ipv6: hasIpv6, ...options })

  test.each(['client', 'client-only'] as const)(
    'of 50 clients that open a link bound %s at once, one wins',
    { timeout },
    async bind => {
      const emulator = await start()
      for (const receipt of [true, false]) {
        for (let round = 0; round < rounds; round += 1) {
          const outcome = await race(emulator, { bind, receipt }, eachOnce(50))
          expect(outcome).toMatchObject({ winners: [expect.any(Number)], capabilities: [expect.any(String)] })
          expect(outcome.statuses).toEqual({ 302: 1, 403: 49 })
        }
      }
    },
  )

  test.each(['client', 'client-only'] as const)(
    'one client that opens a link bound %s from several addresses at once gets one capability, at most one address in it',
    { timeout },
    async bind => {
      const emulator = await start()
      for (let round = 0; round < rounds; round += 1) {
        const outcome = await race(emulator, { bind }, eachOften(1, 40))
        expect(outcome).toMatchObject({ winners: [0], capabilities: [expect.any(String)], statuses: { 302: 40 } })
        expect(outcome.addresses).toHaveLength(bind === 'client' ? 1 : 0)
      }
    },
  )

  test('of five clients that open a link ten times from several addresses at once, one wins', { timeout }, async () => {
    const emulator = await start()
    for (let round = 0; round < rounds; round += 1) {
      const outcome = await race(emulator, { bind: 'client' }, eachOften(5, 10))
      expect(outcome).toMatchObject({ winners: [expect.any(Number)], capabilities: [expect.any(String)] })
      expect(outcome.addresses.length).toBeLessThanOrEqual(1)
      expect(outcome.statuses).toEqual({ 302: 10, 403: 40 })
    }
  })

  test('of a link bound to an address, only requests from there get the capability', { timeout }, async () => {
    const emulator = await start()
    for (let round = 0; round < rounds; round += 1) {
      const outcome = await race(emulator, { bind: 'exact', receipt: true }, eachOften(1, 40))
      expect(outcome).toMatchObject({ winners: [0], capabilities: [expect.any(String)] })
      expect(outcome.addresses).toHaveLength(1)
      expect(outcome.statuses).toEqual({ 302: 40 / addresses.length, 403: 40 - 40 / addresses.length })
    }
  })
}

describe('on dynalite', () => promises({}))
onDynamodbLocal(dynamodb => promises({ dynamodb }))

describe('broken on purpose, the race catches a store', () => {
  const viaIpv4 = eachOnce(20).map(runner => ({ ...runner, from: '127.0.0.1' }))
  function lettingRepeat(): Store {
    const { table, links, replicate } = memoryStore()
    return {
      links,
      replicate,
      table: {
        ...table,
        async tryConsume(redemption, attempt) {
          const result = await table.tryConsume(redemption, attempt)
          const found = result.kind === 'condition-failed' ? result.found : undefined
          return found?.state === 'used' ? { kind: 'consumed', link: found } : result
        },
      },
    }
  }

  test('that lets every client repeat', async () => {
    const edges = await distributionOn(lettingRepeat())
    const { winners, capabilities } = await race(edges, { bind: 'client', receipt: true }, viaIpv4)
    expect(winners).toHaveLength(20)
    expect(capabilities).toHaveLength(20)
  })

  test('but not one in memory that is whole', async () => {
    const { winners, capabilities } = await race(await distributionOn(memoryStore()), { bind: 'client' }, viaIpv4)
    expect([winners, capabilities].map(({ length }) => length)).toEqual([1, 1])
  })
})
