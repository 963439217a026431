import { parseArgs } from 'node:util'
import { regions } from '../../shared/regions.ts'
import type { Setup, Workload } from './workload.ts'

/** What the command line asks for. `mode` is not asked: both are shown. `replicas` is for mode `home`. */
export interface CostOptions {
  readonly workload: Workload
  readonly setup: Omit<Setup, 'mode'>
  readonly json: boolean
  readonly lines: boolean
}

/** A number that an option takes: its value when not given, what is allowed, what it says. */
interface NumberOption {
  readonly default: number
  readonly max: number
  readonly min?: number
  /** Whether a fraction will do. */
  readonly fraction?: boolean
  readonly says: string
}

// No default is measured. 40 ms is what the reference's own model takes; most of it is the way to the home Region.
const numbers = {
  redemptions: { default: 1_000_000, max: 1e12, says: 'links opened with success, a month' },
  megabytes: { default: 10, max: 1e6, fraction: true, says: 'size of the average file, in MB' },
  forged: { default: 0.1, max: 1000, fraction: true, says: 'openings with a malformed or forged nonce, a redemption' },
  spent: { default: 0.1, max: 1000, fraction: true, says: 'openings of a used link, a redemption' },
  unopened: { default: 0.1, max: 1000, fraction: true, says: 'links issued and never opened, a redemption' },
  keyed: { default: 0, max: 1, fraction: true, says: 'share of issuing requests with an Idempotency-Key' },
  cached: { default: 0, max: 1, fraction: true, says: 'share of downloads that CloudFront has in its cache' },
  replicas: { default: 3, min: 1, max: regions.length, says: "Regions with a replica, mode home; strong's are given" },
  'link-days': {
    default: 2,
    max: 400,
    fraction: true,
    says: 'until an unopened link is removed',
  },
  'receipt-days': { default: 31, max: 800, fraction: true, says: 'until a receipt is removed' },
  'sweeps-per-day': { default: 1, max: 1440, fraction: true, says: "runs of mode strong's sweeper" },
  'edge-mb': { default: 128, min: 128, max: 10_240, says: 'memory of the edge function' },
  'edge-ms': { default: 40, max: 30_000, fraction: true, says: 'billed for one of its invocations, not measured' },
  'strong-ms': { default: 0, max: 30_000, fraction: true, says: 'billed on top in mode strong, for its writes' },
  'issuer-mb': { default: 256, min: 128, max: 10_240, says: "memory of the issuer, and of the seed system's two" },
  'issuer-ms': { default: 30, max: 900_000, fraction: true, says: 'billed for one of their invocations, not measured' },
  'secret-regions': { default: 13, max: regions.length, says: 'Regions with a replica of the secret' },
  'log-bytes': { default: 600, max: 1e6, says: "what one invocation logs, with Lambda's own lines" },
} as const satisfies Record<string, NumberOption>

const flags = {
  receipt: 'links ask for a receipt',
  waf: 'AWS WAF before it, one rule',
  'free-tier': "take off what is free each month: CloudFront's and S3's requests and bytes",
  lines: 'print every line of every bill',
  json: 'print all of it as one JSON object',
  help: 'print this',
} as const

const signers = ['secret', 'kms-rsa', 'kms-p256'] as const

type NumberName = keyof typeof numbers
type FlagName = keyof typeof flags

const rows = [
  ...Object.entries(numbers).map(([name, { says, default: value }]) => [`${name} N`, `${says} (default ${value})`]),
  ['signer KIND', `${signers.join(', ')}: who signs; KMS is priced but not built (default secret)`],
  ...Object.entries(flags),
]

/** What `npm run cost -- --help` prints. */
export const usage = `npm run cost -- [--redemptions N] [options]

What a month costs in both modes, and what AWS's samples cost for the same work.

${rows.map(([name = '', says = '']) => `  --${name.padEnd(18)}${says}`).join('\n')}

Example: npm run cost -- --redemptions 5e6 --megabytes 2.5 --receipt --edge-ms 25
`

/** Reads the command line; throws an error that names the option, what it got and what is allowed. */
export function parseOptions(args: readonly string[]): CostOptions | 'help' {
  const given = read(args)
  const has = (name: FlagName) => given.has(name)
  if (has('help')) return 'help'
  const number = (name: NumberName) => parseNumber(name, given.get(name))
  return {
    workload: {
      redemptions: number('redemptions'),
      megabytes: number('megabytes'),
      forged: number('forged'),
      spent: number('spent'),
      unopened: number('unopened'),
      keyed: number('keyed'),
      cached: number('cached'),
    },
    setup: {
      replicas: number('replicas'),
      receipt: has('receipt'),
      linkDays: number('link-days'),
      receiptDays: number('receipt-days'),
      sweepsPerDay: number('sweeps-per-day'),
      edgeMb: number('edge-mb'),
      edgeMs: number('edge-ms'),
      strongMs: number('strong-ms'),
      issuerMb: number('issuer-mb'),
      issuerMs: number('issuer-ms'),
      signer: parseSigner(given.get('signer')),
      secretRegions: number('secret-regions'),
      waf: has('waf'),
      logBytes: number('log-bytes'),
      freeTier: has('free-tier'),
    },
    json: has('json'),
    lines: has('lines'),
  }
}

/** The options as given, each once. As strict as parseArgs's own strict mode, whose errors don't say what is allowed. */
function read(args: readonly string[]): ReadonlyMap<string, string | undefined> {
  const valued = [...Object.keys(numbers), 'signer']
  const options = Object.fromEntries([
    ...valued.map(name => [name, { type: 'string' }] as const),
    ...Object.keys(flags).map(name => [name, { type: 'boolean' }] as const),
  ])
  const known = Object.keys(options).map(name => `--${name}`)
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const given = new Map<string, string | undefined>()
  for (const token of tokens) {
    if (token.kind !== 'option') return wrong(JSON.stringify(args[token.index]), 'no option', known.join(', '))
    const { name, rawName, value } = token
    if (!Object.hasOwn(options, name)) return wrong(rawName, 'an option that is not known', known.join(', '))
    if (given.has(name)) return wrong(rawName, 'it twice', 'once')
    const takesValue = valued.includes(name)
    if (!takesValue && value !== undefined) return wrong(rawName, JSON.stringify(value), 'no value')
    given.set(name, takesValue ? (value ?? '') : undefined)
  }
  return given
}

function parseNumber(name: NumberName, text: string | undefined): number {
  const { default: value, min = 0, max, fraction = false }: NumberOption = numbers[name]
  if (text === undefined) return value
  const number = Number(text)
  if (text.trim() !== '' && number >= min && number <= max && (fraction || Number.isInteger(number))) return number
  return wrong(`--${name}`, JSON.stringify(text), `${fraction ? 'a number' : 'a whole number'} from ${min} to ${max}`)
}

function parseSigner(text = 'secret'): Setup['signer'] {
  return signers.find(signer => signer === text) ?? wrong('--signer', JSON.stringify(text), signers.join(', '))
}

function wrong(option: string, got: string, allowed: string): never {
  throw new Error(`${option}: got ${got}, allowed: ${allowed}`)
}
