import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import { dynamodbIn } from '../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../edge/adapters/system-clock.ts'
import { createTables, tablesAt } from '../../emulator/tables.ts'
import type { Region } from '../../shared/regions.ts'
import { plusSeconds, secondsOf } from '../../shared/time.ts'
import { testEdge } from '../support/edge.ts'
import { makeLink } from '../support/links.ts'
import { headerOf, viewerRequest } from '../support/opening.ts'

/** One link, opened through a network that fails: what its viewers met. */
export interface Trial {
  readonly receipt: boolean
  /** Of every opening, in the order of the answers. */
  readonly answers: readonly string[]
  readonly capabilities: readonly string[]
  readonly slowestMs: number
}

/** Edges in mode home and in mode strong, and where they reach their table. */
export interface Setting {
  readonly tableName: string
  /** Issues straight, without faults. */
  readonly links: ReturnType<typeof dynamodbLinks>
  readonly edges: { readonly home: ReturnType<typeof testEdge>; readonly strong: ReturnType<typeof testEdge> }
}

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]

/** Real edges on the table of the DynamoDB at `endpoint`, which they reach through `proxy`. One database serves all Regions. */
export async function settingOn(endpoint: string, proxy: string): Promise<Setting> {
  const tables = tablesAt(endpoint)
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], [regions[0]], tables.config)
  const one = (at: string) => () => ({ ...tables.config(regions[0]), region: regions[0], endpoint: at })
  const table = dynamodbLinkTable(tableName, dynamodbIn(regions, one(proxy)))
  const edge = (mode: 'home' | 'strong') => testEdge({ clock: systemClock, table }, { mode, homeRegions: regions })
  return {
    tableName,
    links: dynamodbLinks(tableName, dynamodbIn(regions, one(endpoint))),
    edges: { home: edge('home'), strong: edge('strong') },
  }
}

/** What differs between the trials of one fault. */
export interface Variant {
  readonly mode: 'home' | 'strong'
  readonly receipt: boolean
}

/**
 * Issues a link and lets two clients open it, the second a moment later; each comes again, once, when it was told that
 * nobody knows. `prepare` gets the link's id before anybody opens it.
 */
export async function tryOnce(
  { links, edges }: Setting,
  { mode, receipt }: Variant,
  prepare: (id: string) => void,
): Promise<Trial> {
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const { nonce, link } = makeLink({ expiresAt, ...(receipt && { state: 'live' as const }) })
  if ((await links.put(link, regions[0])) !== 'put') throw new Error('the link could not be issued')
  prepare(link.id)
  const answers: string[] = []
  const capabilities: string[] = []
  let slowestMs = 0
  async function open(client: string): Promise<string> {
    const startedAt = performance.now()
    const event = viewerRequest({ uri: `/d/${nonce}`, headers: { 'Idempotency-Key': client } })
    const response = await edges[mode].open(event)
    slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    const policy = /[?&]Policy=([^&]+)/.exec(headerOf(response, 'location') ?? '')?.[1]
    if (policy) capabilities.push(policy)
    const answer = policy ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: string }).reason
    answers.push(answer)
    return answer
  }
  async function visit(client: string, afterMs: number): Promise<void> {
    await pause(afterMs)
    const answer = await open(client)
    if (answer === 'outcome-unknown' || answer === 'unavailable') await open(client)
  }
  await Promise.all([visit('first', 0), visit('second', 5)])
  return { receipt, answers, capabilities: [...new Set(capabilities)], slowestMs }
}
