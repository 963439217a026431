import { Lazy, Stack } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct, IConstruct } from 'constructs'
import { methodsOf } from '../../shared/api/routes.ts'
import { issuersRule, type Verb } from '../../shared/callers/issuers.ts'
import { messageOf, OnceAtEdgeError } from '../errors.ts'
import { withoutUploads } from '../existing/content-props.ts'
import { useless } from '../existing/existing.ts'
import { apiStage } from '../placement/physical-names.ts'
import type { GrantOptions, IssuerProps } from '../settings/props.ts'
import { IssuerEntry, type Who } from './issuer-entry.ts'
import { knownPrincipal } from './principal.ts'

/** An api whose functions read the list. */
export interface ApiWithIssuers {
  readonly gateway: Construct & { readonly api: RestApi }
  /** Sets a variable of its functions, whose value is known at the end of the synthesis. */
  setVariable(name: string, value: string): void
}

/** What issuers need of a deployment. */
interface Needs {
  /** Whether it has an api of uploads. */
  readonly takesUploads: boolean
  /** Whether links may take files. */
  readonly uploadLinks: boolean
  /** Serves files whose keys have these prefixes: links may be issued for them. */
  serve(prefixes: readonly string[]): void
  /** Adds the index of links by caller: some issuer has `own`. Called once at most. */
  addCallerIndex(): void
}

const defaultVerbs = ['issue', 'read', 'revoke'] as const satisfies readonly Verb[]

/**
 * The issuers of a deployment, from its props and grants. Each function of its apis gets them in the variable `ISSUERS`. Principals
 * of this app may call exactly the methods that their verbs need; those of other accounts are allowed by the apis' policies.
 */
export class IssuerList {
  readonly #scope: IConstruct
  readonly #apis: readonly ApiWithIssuers[]
  readonly #needs: Needs
  readonly #entries = new Map<string, IssuerEntry>()
  #hasOwn = false

  constructor(scope: IConstruct, apis: readonly ApiWithIssuers[], needs: Needs) {
    this.#scope = scope
    this.#apis = apis
    this.#needs = needs
    const json = Lazy.uncachedString({ produce: ({ scope: reader }) => this.#jsonFor(Stack.of(reader)) })
    for (const api of apis) api.setVariable('ISSUERS', json)
    scope.node.addValidation({ validate: () => this.#mistakes() })
  }

  /** Adds the issuers of the props. Throws an `OnceAtEdgeError` if there is none, one is invalid, or contradicts another. */
  addAll(issuers: readonly IssuerProps[]): void {
    if (issuers.length === 0) {
      throw new OnceAtEdgeError('issuers', { problem: 'the list of issuers is empty', got: '[]', allowed: issuersRule })
    }
    for (const issuer of issuers) this.#addOne(issuer)
  }

  #addOne({ id, principal, subject, group, verbs = defaultVerbs, ...limits }: IssuerProps): void {
    const named = [principal, subject, group].filter(each => each !== undefined)
    if (named.length !== 1) {
      throw new OnceAtEdgeError('issuers', {
        problem: 'an issuer is one principal, subject or group',
        got: `${named.length} of them`,
        allowed: 'one of principal, subject and group',
      })
    }
    const options = { ...limits, ...(id !== undefined && { issuer: id }) }
    if (principal !== undefined) return this.grant(principal, verbs, options)
    const kind = subject === undefined ? 'group' : 'subject'
    const name = subject ?? group ?? ''
    this.#add(this.#entryOf({ kind, name, label: name }, `${kind} ${name}`), verbs, options)
  }

  /** Allows a principal what verbs need. Throws an `OnceAtEdgeError` if that contradicts what it was granted before. */
  grant(principal: iam.IGrantable | string, verbs: readonly Verb[], options: GrantOptions): void {
    const known = knownPrincipal(this.#scope, principal)
    const entry = this.#entryOf({ kind: 'principal', ...known }, known.key)
    const added = verbs.filter(verb => !entry.verbs.has(verb))
    this.#add(entry, verbs, options)
    for (const { gateway } of this.#apis) {
      for (const verb of added) {
        known.allow(invokeStatement(gateway.api, verb), gateway, verb)
        if (known.otherAccount === undefined) continue
        const { name, otherAccount } = known
        const other = name === otherAccount ? new iam.AccountPrincipal(name) : new iam.ArnPrincipal(name)
        allowFromOtherAccount(gateway.api, verb, other)
      }
    }
  }

  /** The entries as functions get them, for the end of the synthesis. */
  get entries(): readonly object[] {
    return [...this.#entries.values()].map(entry => entry.toJson())
  }

  #add(entry: IssuerEntry, verbs: readonly Verb[], options: GrantOptions): void {
    if (verbs.includes('upload') && !this.#needs.takesUploads)
      throw withoutUploads(`the verb upload for ${entry.label}`)
    if (verbs.includes('ask') && !this.#needs.uploadLinks)
      throw new OnceAtEdgeError('upload-links', {
        problem: 'no link of this deployment takes a file, so there is nothing to ask for',
        got: `the verb ask for ${entry.label}`,
        allowed: '`uploadLinks: true`, or no ask',
      })
    entry.add(verbs, options)
    this.#needs.serve(entry.issuedPrefixes)
    if (this.#hasOwn || options.own !== true) return
    this.#hasOwn = true
    this.#needs.addCallerIndex()
  }

  #entryOf(who: Who, key: string): IssuerEntry {
    const entry = this.#entries.get(key) ?? new IssuerEntry(who)
    this.#entries.set(key, entry)
    return entry
  }

  #jsonFor(stack: Stack): string | undefined {
    const { entries } = this
    return entries.length === 0 ? undefined : stack.toJsonString(entries)
  }

  /** Returns what only all grants together show. */
  #mistakes(): string[] {
    const entries = [...this.#entries.values()]
    const isUnasked = this.#needs.uploadLinks && entries.length > 0 && !entries.some(({ verbs }) => verbs.has('ask'))
    return [...entries.flatMap(entry => [...this.#mistakesOf(entry)]), ...(isUnasked ? [unasked.message] : [])]
  }

  *#mistakesOf(entry: IssuerEntry): Iterable<string> {
    if (entry.hasOwnId) return
    const { verbs, label, id, issues } = entry
    const usesLinks = (['read', 'revoke', 'exchange'] as const).some(verb => verbs.has(verb))
    if (usesLinks && !issues && !verbs.has('admin'))
      yield messageOf('issuer-missing', {
        problem: `${label} issues no links, so it has none to read, revoke or exchange`,
        got: `grants of ${[...verbs].join(' and ')} without an issuer`,
        allowed: '{ issuer: ID }, the id of the issuer whose links it uses; or grants.admin for links of all',
      })
    const other = [...this.#entries.values()].find(each => each !== entry && each.id === id)
    if (issues && other !== undefined)
      yield messageOf('issuer-id', {
        problem: `${label} and ${other.label} would be one issuer, and use the links of each other`,
        got: `the id ${id} for both, derived from their names`,
        allowed: '{ issuer: ID }, an id for each, or the same for both if that is wanted',
      })
  }
}

const unasked = useless(
  'uploadLinks',
  'no issuer may ask for files',
  'an issuer with the verb ask, or without `uploadLinks`',
)

/** Returns a statement that allows its principal to call the methods of a verb, and no others. */
function invokeStatement(api: RestApi, verb: Verb): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['execute-api:Invoke'],
    resources: methodsOf(verb).map(method => {
      const resourceName = `${apiStage}/${method}`
      return Stack.of(api).formatArn({ service: 'execute-api', resource: api.restApiId, resourceName })
    }),
  })
}

/**
 * Allows a principal of another account the methods of a verb by the api's own policy: AWS wants both, this policy and one of its
 * account. A policy is part of the api's deployment, which the CDK creates anew when it changes.
 */
function allowFromOtherAccount(api: RestApi, verb: Verb, principal: iam.IPrincipal): void {
  api.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [principal],
      actions: ['execute-api:Invoke'],
      resources: methodsOf(verb).map(method => `execute-api:/${apiStage}/${method}`),
    }),
  )
}
