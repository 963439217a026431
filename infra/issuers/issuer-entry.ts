import { Token } from 'aws-cdk-lib'
import { describeInvalid, unknownField } from '../../shared/fields.ts'
import { type IssuerLimits, type IssuerSender, parseIssuers, type Verb } from '../../shared/callers/issuers.ts'
import { OnceAtEdgeError } from '../errors.ts'
import type { GrantOptions } from '../settings/props.ts'
import type { KnownPrincipal } from './principal.ts'

/** Whom an entry is for. */
export interface Who extends Pick<KnownPrincipal, 'name' | 'label'> {
  readonly kind: 'principal' | 'subject' | 'group'
}

const optionNames = [
  'maxLinkSeconds',
  'linkSeconds',
  'maxBatch',
  'requestsPerMinute',
  'own',
  'sender',
  'ownSender',
] as const satisfies readonly (keyof (IssuerLimits & IssuerSender))[]

/** One entry of the list of issuers while it is collected: all that is granted to one principal, subject or group. */
export class IssuerEntry {
  readonly who: Who
  readonly verbs = new Set<Verb>()
  #id: string | undefined
  #prefixes: readonly string[] | undefined
  #options: IssuerLimits & IssuerSender = {}

  constructor(who: Who) {
    this.who = who
  }

  /** Adds what is granted. Throws an `OnceAtEdgeError` if it contradicts what was granted before, or is invalid. */
  add(verbs: readonly Verb[], { issuer, prefixes, ...options }: GrantOptions): void {
    this.#refuseUnknown(options)
    this.#id = this.#same('issuer', this.#id, issuer)
    this.#prefixes = this.#same('prefixes', this.#prefixes, prefixes)
    for (const name of optionNames) {
      const value = this.#same(name, this.#options[name], options[name])
      if (value !== undefined) this.#options = { ...this.#options, [name]: value }
    }
    for (const verb of verbs) this.verbs.add(verb)
    this.#parse()
  }

  /** Whether it issues links, of files or such that take one. */
  get issues(): boolean {
    return this.verbs.has('issue') || this.verbs.has('ask')
  }

  /** The prefixes of its keys, '' for all, if it issues links. */
  get issuedPrefixes(): readonly string[] {
    return this.issues ? (this.#prefixes ?? ['']) : []
  }

  /** The id of the issuer. An id that is derived stays the same as long as the construct keeps its id. */
  get id(): string {
    const derived = this.who.label
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, '')
      .replace(/^-+/, '')
      .slice(0, 16)
    return this.#id ?? derived
  }

  /** Whether the id was named and not derived. */
  get hasOwnId(): boolean {
    return this.#id !== undefined
  }

  /** The entry as the functions read it. The name of the principal may be a token. */
  toJson(): object {
    const { kind, name } = this.who
    return { id: this.id, [kind]: name, prefixes: this.#prefixes ?? [''], verbs: [...this.verbs], ...this.#options }
  }

  /** For people. */
  get label(): string {
    const { kind, label } = this.who
    return kind === 'principal' ? label || 'a principal' : `${kind} ${label}`
  }

  /** A misspelt field must not widen what is granted: without `prefixes`, that is all keys. */
  #refuseUnknown(options: object): void {
    const known: readonly string[] = optionNames
    const unknown = Object.keys(options).filter(name => !known.includes(name))
    if (unknown.length === 0) return
    const wrong = unknown.map(name => describeInvalid(unknownField(name)))
    throw new OnceAtEdgeError('issuers', `issuer ${this.label}: ${wrong.join('; ')}`)
  }

  #same<T extends string | number | boolean | readonly string[]>(
    field: string,
    before: T | undefined,
    now: T | undefined,
  ) {
    if (now === undefined || before === undefined) return now ?? before
    const text = (value: T) =>
      JSON.stringify(typeof value === 'object' ? value.toSorted((a, b) => a.localeCompare(b)) : value)
    if (text(before) === text(now)) return before
    throw new OnceAtEdgeError('issuer-conflict', {
      problem: `${field} of ${this.label}: a caller has one entry, so all that is granted to it must agree`,
      got: `${text(now)} after ${text(before)}`,
      allowed: 'the same in each grant, or left out; for other keys or limits, a role of its own',
    })
  }

  /** Checks the entry as the functions will, with a name in place of a token. */
  #parse(): void {
    const entry = this.toJson() as { principal?: string }
    const principal = Token.isUnresolved(entry.principal) ? '000000000000' : entry.principal
    const parsed = parseIssuers([{ ...entry, ...(principal !== undefined && { principal }) }])
    if (parsed.ok) return
    const wrong = parsed.invalid.map(invalid =>
      describeInvalid({ ...invalid, field: invalid.field.replace('issuers.0.', '') }),
    )
    throw new OnceAtEdgeError('issuers', `issuer ${this.label}: ${wrong.join('; ')}`)
  }
}
