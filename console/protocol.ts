import type { OptionName, TypedName } from '../shared/options/options.ts'
import type { Brand } from '../shared/texts/brand.ts'

/** An event for the page. It has only fields of log lines, which hold no secrets. */
export interface LiveEvent {
  /** Counts up from 1 while the emulator runs. */
  readonly number: number
  /** When the line was logged, in epoch milliseconds of the emulator's clock. */
  readonly at: number
  /** Part of the emulator that logged the line. */
  readonly by: 'edge' | 'api' | 'sweeper'
  readonly region: string
  readonly outcome: Outcome
  readonly reason?: string | undefined
  readonly linkId?: string | undefined
  /** Milliseconds until the response. */
  readonly ms?: number | undefined
  /** How many of them the store took; absent if it was not called. */
  readonly storeMs?: number | undefined
  /** Number of items that a sweep removed. */
  readonly purged?: number | undefined
}

/** What a page that watches gets. */
export interface LiveEvents {
  /** Id of the emulator's process. A page that knows another one must forget what it knows. */
  readonly run: string
  /** The emulator's clock, in epoch milliseconds. */
  readonly now: number
  /** Oldest first. */
  readonly events: readonly LiveEvent[]
}

const outcomes = [
  'issued',
  'unconfirmed',
  'probed',
  'confirmed',
  'redeemed',
  'refused',
  'revoked',
  'asked',
  'purged',
] as const

/** Outcomes that the page shows. It leaves out links being shown, or no longer known, because the page itself requests that. */
type Outcome = (typeof outcomes)[number]

/** Makes the event of a log line from its known fields; undefined if the page doesn't show such lines. */
export function eventOf(line: object, number: number, at: number): LiveEvent | undefined {
  const fields = new Map(Object.entries(line))
  const by = (['edge', 'api', 'sweeper'] as const).find(origin => fields.has(origin))
  if (by === undefined) return undefined
  const purged = numberOf(fields.get('purged'))
  const name = by === 'sweeper' ? purged && 'purged' : fields.get('outcome')
  const outcome = outcomes.find(each => each === name)
  const reason = textOf(fields.get('reason'))
  if (outcome === undefined || reason === 'no-such-link') return undefined
  return {
    number,
    at,
    by,
    region: textOf(fields.get(by)) ?? '',
    outcome,
    reason,
    linkId: textOf(fields.get('linkId')),
    ms: numberOf(fields.get('ms')),
    storeMs: numberOf(fields.get('storeMs')),
    purged,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Where a login comes back to: the same HTML as the page. */
export const callbackPath = '/callback.html'

/** What the page must know of its server, from `/console/setup`. */
export interface Setup {
  /** Name and Region of its deployment. @default nothing: people know where they are, or it is this machine's (`workshop`) */
  readonly place?: string
  /** What a deployment shows on its pages. @default nothing */
  readonly brand?: Brand | undefined
  /** Path at which this origin has the API: `''`, or `/api`. */
  readonly api: string
  /** How senders log in. @default not at all: the server knows who they are */
  readonly login?: Login
  /** Regions that may be a link's home, the default first. */
  readonly homeRegions: readonly string[]
  /** Options that links have only by a setting. @default none */
  readonly withSetting?: readonly SettingOption[]
  /** What an emulator shows on a tab of its own. @default none */
  readonly workshop?: Workshop
}

/** Options that links have only by a setting, and those settings. */
export const settingOptions = {
  remindAt: 'reminders',
  deleteFile: 'fileEnds',
  upload: 'uploadLinks',
} as const satisfies Partial<Record<OptionName, string>>

/** The name of such an option. */
export type SettingOption = keyof typeof settingOptions

/** Returns those that links have with these settings. */
export function optionsWith(settings: Readonly<Partial<Record<string, unknown>>>): readonly SettingOption[] {
  const names = Object.keys(settingOptions) as SettingOption[]
  return names.filter(name => settings[settingOptions[name]] === true)
}

/** How senders log in: OpenID Connect, by a client without a secret. */
export interface Login {
  /** The provider's issuer identifier; the page reads its discovery document. */
  readonly issuer: string
  readonly clientId: string
  /** Scopes, separated by spaces. */
  readonly scope: string
  /** Further parameters of the request for a login, such as `audience` or `resource`. */
  readonly parameters: Readonly<Record<string, string>>
  /** The API takes the sender of links from the access token, and refuses another one. @default senders name it, if their issuer may */
  readonly isSenderFixed?: true
}

/** The edges of an emulator. */
export interface Workshop {
  /** Origins of edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  readonly mode: 'home' | 'strong'
}

/** A field of the page for an option of a link. */
export interface OptionField {
  /** Name of the option: that of its field in `POST /links`. */
  readonly name: TypedName
  readonly kind: 'box' | 'choice' | 'number' | 'time' | 'text'
  /** Values of a list of choices. */
  readonly choices?: readonly string[] | undefined
  readonly rows?: number | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  /** Whether only a link that gives a file has it. @default links that take one have it, too */
  readonly ofFiles?: true
}

/** Result of one viewer in a race. Doesn't contain the capability. */
export interface RaceResult {
  readonly viewer: number
  /** Region of the edge. */
  readonly edge: string
  /** 0: no response. */
  readonly status: number
  /** From the problem document, if the response was one. */
  readonly reason?: string
  /** Milliseconds from the start of the race until the response. */
  readonly ms: number
  readonly won: boolean
}
