import type { Region } from '../../../shared/regions.ts'
import { bindingBy, type Brought, type SimulatedBinding } from './binding.ts'
import type { Choices } from './choices.ts'

/** Regions of every schedule. The first is the home of the link. */
export const simulatedRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]

/** The plan of a schedule; faults on the network are chosen while it runs. Times are in milliseconds after issue. */
export interface Scenario {
  readonly mode: 'home' | 'strong'
  /** Regions of the table: all simulated ones, or only the first. */
  readonly regions: readonly [Region, ...Region[]]
  readonly receipt: boolean
  readonly binding: SimulatedBinding
  /** Life of the link in seconds. */
  readonly expiresIn: number
  readonly clients: readonly SimulatedClient[]
  /** Error of each Region's edge clock, in milliseconds. */
  readonly skews: readonly number[]
  readonly faults: number
  readonly revokeAt?: number
  readonly outage?: Outage
  /** A backup is made at once and restored then, after the key slot was retired. */
  readonly restoreAt?: number
  /** The edge in this Region takes another Region for the home. */
  readonly confused?: Region
  /** An attacker requests the link with another home Region written into its nonce. */
  readonly forgery: boolean
  readonly sweepAt?: number
  /** When a program sends a HEAD for the link, which is counted if the link has a receipt. */
  readonly probesAt: readonly number[]
  /** Tries that the link allows, if it requires a passphrase. */
  readonly maxTries?: number
  /** How many clients may use the link, if several. */
  readonly uses?: number
  readonly replacement?: SimulatedReplacement
  /** The file goes with the link. */
  readonly deletesFile?: true
  /** The link takes a file instead of giving one. */
  readonly takesFile?: true
}

/** A Region that is unavailable for a time. It refuses connections, or else resets them. */
interface Outage {
  readonly region: Region
  readonly fromMs: number
  readonly forMs: number
  readonly refuses: boolean
}

/** How the issuer replaces the link: the same request, again and again. */
export interface SimulatedReplacement {
  readonly atMs: number
  readonly rounds: readonly {
    /** Responses of its stores after which the request dies. 0: it doesn't. */
    readonly dies: number
    /** It is sent twice at once. */
    readonly twice: boolean
    readonly pauseMs: number
  }[]
  /** Before the last round, the records are lost. */
  readonly forgets: boolean
}

/** One client, which sends requests until it gets a redirect or a refusal. */
export interface SimulatedClient {
  /** Its attempts come from these in turn. */
  readonly addresses: readonly string[]
  readonly attempts: number
  /** How often it opens the link again after a redirect, if it has attempts left. */
  readonly returns: number
  readonly identifies: (typeof identities)[number]
  /** It says that it keeps cookies, as browsers do. */
  readonly hasJar: boolean
  readonly startsAt: number
  /** What it brings to a link with a passphrase, all at once or one after the other; its attempts and returns are those of each. */
  readonly brings?: readonly Brought[]
  readonly atOnce?: boolean
}

const identities = [
  'with a key',
  'with a cookie',
  'not at all',
  'with the cookies that it gets',
  'with a secret',
  'with a key and a secret',
  'with a key and a secret for each attempt',
] as const

/**
 * Milliseconds after issue at which clients request short links: long before their end at 10 s, just before it, and
 * after.
 */
const aroundExpiry = [6000, 8000, 9000, 9500, 9800, 9900, 9980, 9994, 10_500, 12_000] as const

const addresses = ['203.0.113.7', '203.0.113.8', '198.51.100.9'] as const

/** Where a client may be later: next door, far away, or on IPv6. The first two of IPv6 are in one /64. */
const otherAddresses = [
  ...addresses,
  '2001:db8:1:2::7',
  '2001:db8:1:2:8::',
  '2001:db8:9::7',
  '::ffff:203.0.113.7',
] as const

/** What each link of a simulation asks for or goes through. */
export type Always = 'passphrase' | 'uses' | 'replacement' | 'file' | 'upload' | undefined

/**
 * Chooses a scenario, in which the link requires a passphrase, has several uses, is replaced, takes its file along or takes a file if
 * `always` says so. If all choices are 0, one client requests one link once.
 */
export function scenarioBy(choices: Choices, always?: Always): Scenario {
  const open = openScenarioBy(choices)
  if (choices.rarely(25) || always === 'upload') return withUpload(open, choices)
  const several = choices.rarely(8) || always === 'uses' ? withUses(open, choices) : open
  const guarded = choices.rarely(4) || always === 'passphrase' ? withPassphrase(several, choices) : several
  const scenario = choices.rarely(3) || always === 'file' ? withFile(guarded, choices) : guarded
  const isReplaced = choices.rarely(always === 'file' ? 2 : 10) || always === 'replacement'
  // A backup would bring the link back; no api knows the binding of a version to come.
  if (!isReplaced || scenario.restoreAt !== undefined || scenario.binding.bind === 'device') return scenario
  return { ...scenario, replacement: replacementBy(choices) }
}

/** A link that takes a file is bound to nothing. Its clients are programs, which confirm by a POST. It takes twice the calls, and faults. */
function withUpload({ restoreAt: _never, ...kept }: Scenario, choices: Choices): Scenario {
  const identifies = () => choices.pick(['with a key', 'with a secret', 'with a key and a secret'] as const)
  const clients = kept.clients.map(client => ({ ...client, identifies: identifies() }))
  const binding = { ...kept.binding, bind: 'none', folder: false, extended: true } as const
  return { ...kept, takesFile: true, receipt: true, clients, binding, faults: 2 * kept.faults }
}

/** When some clients of several uses come: then a use of theirs ends later than that of the first, for every error of clocks. */
const lateMs = 20_000

/** Clients of several uses confirm by a POST, which needs a key or a secret; at times there is one client more than uses, or two. */
function withUses(scenario: Scenario, choices: Choices): Scenario {
  const uses = choices.pick([2, 3, 20])
  const isShort = scenario.expiresIn < 60
  // Twenty clients and more in few schedules: they take as long as many others.
  const most = choices.rarely(10) ? uses + 2 : Math.min(uses + 2, 5)
  const clients = Array.from({ length: choices.between(1, most) }, (_, index) => ({
    ...clientBy(choices, { index, isShort }),
    identifies: choices.pick(['with a key', 'with a secret', 'with a key and a secret'] as const),
    ...(!isShort && choices.rarely(3) && { startsAt: lateMs }),
  }))
  const binding = { ...scenario.binding, folder: false, extended: true as const }
  const { restoreAt: _never, ...kept } = scenario
  return { ...kept, receipt: true, uses, clients, binding }
}

/** A file goes with a link that keeps a receipt, if it is no folder. Some such links live for days. */
function withFile(scenario: Scenario, choices: Choices): Scenario {
  const { receipt, binding, expiresIn } = scenario
  if (!receipt || binding.folder) return scenario
  const lives = choices.rarely(2) && expiresIn > 60 ? 7 * 24 * 3600 : expiresIn
  return { ...scenario, deletesFile: true, expiresIn: lives }
}

function withPassphrase(scenario: Scenario, { choose, pick }: Choices): Scenario {
  const passphrases = ['right', 'wrong', 'wrong', ...(scenario.receipt ? (['nothing'] as const) : [])] as const
  const clients = scenario.clients.map(client => ({
    ...client,
    brings: Array.from({ length: 1 + choose(4) }, () => pick<Brought>(passphrases)),
    atOnce: choose(2) === 1,
  }))
  return { ...scenario, clients, maxTries: 5 - choose(5) }
}

/** Returns whether nothing in a schedule keeps a request from success. */
export function isFaultless(scenario: Scenario): boolean {
  const { faults, expiresIn, revokeAt, outage, restoreAt, confused, replacement, skews } = scenario
  const isCalm = faults === 0 && outage === undefined && skews.every(skew => skew === 0)
  return isCalm && expiresIn > 60 && (revokeAt ?? restoreAt ?? confused ?? replacement) === undefined
}

function openScenarioBy(choices: Choices): Scenario {
  const { choose, pick, rarely } = choices
  const store = pick(['eventual', 'strong', 'single Region'] as const)
  const mode = store === 'strong' ? 'strong' : 'home'
  const receipt = choose(2) === 1
  const isShort = rarely(4)
  const clients = Array.from({ length: 1 + choose(3) }, (_, index) => clientBy(choices, { index, isShort }))
  const isRestored = rarely(10)
  const startsLate = isRestored ? 20 * 60_000 : 0
  return {
    mode,
    regions: store === 'single Region' ? [simulatedRegions[0]] : simulatedRegions,
    receipt,
    binding: bindingBy(choices, simulatedRegions),
    expiresIn: isShort && !isRestored ? 10 : 3600,
    clients: isRestored
      ? [...clients, ...clients.map(client => ({ ...client, startsAt: client.startsAt + startsLate }))]
      : clients,
    skews: simulatedRegions.map(() => pick([0, 0, 5000, -5000])),
    faults: choose(6),
    ...(rarely(4) && { revokeAt: (isShort ? 7000 : 0) + pick([0, 10, 100, 500, 2000, 4000]) }),
    ...(rarely(5) && {
      outage: {
        region: pick(simulatedRegions),
        fromMs: pick([0, 5, 500]),
        forMs: pick([500, 3000, 9000]),
        refuses: choose(2) === 0,
      },
    }),
    ...(isRestored && { restoreAt: 60_000 }),
    ...(rarely(8) && store === 'eventual' && { confused: pick(simulatedRegions.slice(1)) }),
    forgery: rarely(8),
    ...(rarely(4) && { sweepAt: pick([5, 50, 1000, 3000]) }),
    probesAt: Array.from({ length: choose(4) }, () => pick([0, 2, 8, 300, 1700, 60_002])),
  }
}

function clientBy({ choose, pick }: Choices, { index, isShort }: { index: number; isShort: boolean }): SimulatedClient {
  const address = (choose(2) === 0 ? addresses[index] : addresses[0]) ?? addresses[0]
  return {
    addresses: choose(2) === 1 ? [pick([address, ...otherAddresses]), pick(otherAddresses)] : [address],
    attempts: 1 + choose(4),
    returns: choose(3),
    identifies: pick(identities),
    hasJar: choose(2) === 0,
    startsAt: pick(isShort ? aroundExpiry : [0, 1, 7, 40, 300, 1700]),
  }
}

/** Chooses how the link is replaced. The last request doesn't die, and comes after the lease of those before. */
function replacementBy({ choose, pick, rarely }: Choices): SimulatedReplacement {
  const round = () => ({ dies: choose(13), twice: rarely(4), pauseMs: pick([31_000, 31_000, 1000]) })
  const before = Array.from({ length: choose(4) }, round)
  const rounds = [...before, { dies: 0, twice: false, pauseMs: 0 }]
  return { atMs: pick([0, 5, 100, 900, 3000, 65_000]), rounds, forgets: rarely(4) }
}
