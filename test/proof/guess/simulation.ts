import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { parseAddress } from '../../../shared/address.ts'
import { bindsWithoutClient, type Link, type ReceiptDraft, type RedemptionId } from '../../../shared/link.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import type { GuessResult } from '../../../shared/redemption/reserve-try.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusMs } from '../../../shared/time.ts'
import { makeDraft, makeLink, noon, secondsFromNoon } from '../../support/links.ts'
import { type SimulatedDynamoDB, simulatedDynamoDB } from '../../support/simulated-dynamodb.ts'
import type { Choices } from '../simulation/choices.ts'
import type { SimulationEvent } from '../simulation/history.ts'
import { dynamodbOver, type Network, type Sender } from '../simulation/network.ts'
import { virtualTime } from '../simulation/virtual-time.ts'
import type { GuessProduct } from './product.ts'

const allRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const replicationLags = [1, 20, 300, 1500, 6000] as const
const requestBudgetMs = 3700

/** The plan of a schedule. If all choices are 0, one client guesses right at once. */
export interface GuessScenario {
  readonly mode: 'home' | 'strong'
  readonly receipt: boolean
  readonly maxTries: number
  readonly faults: number
  /** When the link expires and when it is revoked, in milliseconds after issue, if it is. */
  readonly expiresMs?: number
  readonly revokeMs?: number
  readonly outage?: { readonly region: Region; readonly fromMs: number; readonly forMs: number }
  readonly clients: readonly GuessClient[]
}

/** What a request brings: the right passphrase, a wrong one, or none, since its client reopens what it has used, or tries to. */
export type Guess = 'right' | 'wrong' | 'none'

/** One client: the passphrases that it sends, each again after an error, all at once or one after the other. */
export interface GuessClient {
  readonly guesses: readonly Guess[]
  readonly atOnce: boolean
  /** It has an id of its own: with a receipt, its redemption can be repeated. */
  readonly hasId: boolean
  readonly startsAt: number
}

/** One request of a client and its result; undefined while its edge has not answered, or because that died. */
export interface GuessRequest {
  readonly number: number
  readonly client: number
  readonly identity: string
  readonly guess: Guess
  readonly startedAt: number
  answer:
    | { readonly outcome: string; readonly at: number; readonly triesLeft?: number; readonly link?: Link }
    | undefined
}

/** All that happened in one schedule. */
export interface GuessHistory {
  readonly scenario: GuessScenario
  readonly events: readonly SimulationEvent[]
  readonly requests: readonly GuessRequest[]
  /** The item at the end in each Region that has the table. */
  readonly items: readonly object[]
}

/** Chooses a scenario. */
export function guessScenarioBy({ choose, pick, rarely }: Choices): GuessScenario {
  const mode = pick(['home', 'strong'] as const)
  const receipt = choose(2) === 1
  const guesses = [...(['right', 'wrong', 'wrong'] as const), ...(receipt ? (['none'] as const) : [])]
  const clients = Array.from({ length: 1 + choose(4) }, (): GuessClient => {
    return {
      guesses: Array.from({ length: 1 + choose(4) }, () => pick<Guess>(guesses)),
      atOnce: choose(2) === 1,
      hasId: choose(2) === 1,
      startsAt: pick([0, 1, 3, 20, 400, 1700]),
    }
  })
  return {
    mode,
    receipt,
    maxTries: 1 + ((choose(5) + 4) % 5),
    faults: choose(6),
    clients,
    ...(rarely(6) && { expiresMs: pick([3000, 1000, 9000]) }),
    ...(rarely(6) && { revokeMs: pick([10, 2, 300, 2000]) }),
    ...(rarely(6) && { outage: { region: pick(allRegions), fromMs: pick([0, 5, 500]), forMs: pick([500, 3000]) } }),
  }
}

interface World {
  readonly scenario: GuessScenario
  readonly choices: Choices
  readonly product: GuessProduct
  readonly network: Network
  readonly link: Link
  readonly requests: GuessRequest[]
}

/** Plays one schedule to its end: the real code of a guess on virtual time, over simulated tables and a network that fails. */
export async function playGuesses(choices: Choices, product: GuessProduct): Promise<GuessHistory> {
  const scenario = guessScenarioBy(choices)
  const { receipt, maxTries, expiresMs = 3_600_000 } = scenario
  const { network, events, store } = networkFor(scenario, choices)
  const passphrase = { passphraseHash: 'right', tries: 0, maxTries }
  const { link } = makeLink({
    ...passphrase,
    ...(receipt && { state: 'live' as const }),
    expiresAt: secondsFromNoon(expiresMs / 1000),
  })
  const links = dynamodbLinks('links', region => ({
    send: async (operation, input) => store.execute(region, { operation, input }),
  }))
  await links.put(link, link.homeRegion)
  const world: World = { scenario, choices, product, network, link, requests: [] }
  for (const [index, client] of scenario.clients.entries()) void sendGuesses(world, client, index)
  if (scenario.revokeMs !== undefined) {
    network.time.after(scenario.revokeMs, () => {
      void links.revoke(link, link.homeRegion)
      network.note({ kind: 'revoked', used: false })
    })
  }
  await network.time.run()
  const items = allRegions.flatMap(region => {
    const { Item } = store.execute(region, { operation: 'GetItem', input: { Key: { id: { S: link.id } } } }) as {
      Item?: object
    }
    return Item === undefined ? [] : [Item]
  })
  return { scenario, events, requests: world.requests, items }
}

function networkFor(
  { mode, outage, faults }: GuessScenario,
  choices: Choices,
): { network: Network; events: SimulationEvent[]; store: SimulatedDynamoDB } {
  const time = virtualTime(noon)
  const events: SimulationEvent[] = []
  const store = simulatedDynamoDB(allRegions, mode === 'strong' ? 'strong' : 'eventual', {
    now: time.now,
    publish: replication => void time.after(choices.pick(replicationLags), () => store.apply(replication)),
  })
  let faultsLeft = faults
  const network: Network = {
    time,
    choices,
    store,
    regions: allRegions,
    newerBind: undefined,
    duplicatesPuts: false,
    outage(region) {
      const at = time.now() - noon
      const isOut = outage?.region === region && at >= outage.fromMs && at < outage.fromMs + outage.forMs
      return isOut ? 'refuses' : undefined
    },
    spendFault: () => (faultsLeft -= 1) >= 0,
    note: event => void events.push({ at: time.now() - noon, ...event }),
  }
  return { network, events, store }
}

/** Sends a client's guesses; each again after an error, up to three times. */
async function sendGuesses(world: World, client: GuessClient, index: number): Promise<void> {
  const { time } = world.network
  await time.pause(client.startsAt)
  const sendOne = async (guess: Guess) => {
    for (let tries = 0; tries < 3; tries += 1) {
      const outcome = await Promise.race([sendRequest(world, { client, index, guess }), time.pause(6000)])
      if (outcome !== undefined && outcome !== 'unavailable' && outcome !== 'outcome-unknown') return
      await time.pause(world.choices.pick([100, 700]))
    }
  }
  if (client.atOnce) await Promise.all(client.guesses.map(sendOne))
  else for (const guess of client.guesses) await sendOne(guess)
}

async function sendRequest(
  { scenario, choices, product, network, link, requests }: World,
  { client, index, guess }: { client: GuessClient; index: number; guess: Guess },
): Promise<string> {
  const { time } = network
  const number = requests.length
  const identity = client.hasId ? `client ${index}` : `request ${number}`
  const request: GuessRequest = {
    number,
    client: index,
    identity,
    guess,
    startedAt: time.now() - noon,
    answer: undefined,
  }
  requests.push(request)
  const edge = choices.pick(allRegions)
  const table = product.linkTable('links', operationsOf(dynamodbOver(mortal(number, { choices, network }), network)))
  const route = product.routeFrom(edge, { mode: scenario.mode, homeRegions: allRegions, nearestReplica: {} })
  const redemption = redemptionOf(link, scenario.receipt ? draftOf(identity) : undefined)
  const ports = { table, clock: { now: time.now, pause: time.pause }, steps: product.steps }
  const options = { regions: route(link.homeRegion), deadline: plusMs(time.now(), requestBudgetMs) }
  const guessed: Promise<GuessResult> =
    guess === 'none'
      ? product.steps.consume({ ...redemption, repeatOnly: true }, ports, options)
      : product.guess({ ...redemption, passphraseHash: guess }, ports, options)
  // The edge answers a failure with 503.
  const result = await guessed.catch(() => ({ kind: 'refused' as const, reason: 'failed', triesLeft: undefined }))
  const at = time.now() - noon
  if (result.kind === 'consumed') {
    request.answer = { outcome: 'granted', at, link: result.link }
    return 'granted'
  }
  const { reason, triesLeft } = result
  request.answer = { outcome: reason, at, ...(triesLeft !== undefined && { triesLeft }) }
  return reason
}

/** The function that serves a request: it may die before any of the responses that it waits for. */
function mortal(request: number, { choices, network }: Pick<World, 'choices' | 'network'>): Sender {
  let isDead = false
  return {
    request,
    isDead: () => isDead,
    onResponse() {
      if (!choices.rarely(15) || !network.spendFault()) return
      isDead = true
      network.note({ kind: 'fault', fault: 'process death', request })
    },
  }
}

function redemptionOf({ id, homeRegion }: Link, receipt: ReceiptDraft | undefined): Redemption {
  const viewer = parseAddress('203.0.113.7')
  return { id, homeRegion, bound: false, viewer, binds: bindsWithoutClient, ...(receipt && { receipt }) }
}

function draftOf(identity: string): ReceiptDraft {
  return { ...makeDraft({ addressHash: 'address', prefixHash: 'prefix' }), redemptionId: identity as RedemptionId }
}
