import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { ObjectKey } from '../../../../shared/object-key.ts'
import { proxyEvent } from '../../../support/api/api.ts'
import { exchangeEvent } from '../../../support/api/exchange.ts'
import { makeLink } from '../../../support/table/links.ts'
import { callers, keys, type ListName, type Rights, type TestCaller } from './callers.ts'
import { isOwnKey, isVisible, type KnownLink, refusalOf, seesEverything } from './model.ts'
import type { Answer, World } from './world.ts'

const references = [undefined, 'r', 'reports/r', 'audits/r'] as const
const idempotencyKeys = [undefined, 'k', 'k'] as const
const verbs = [
  'issue',
  'issue',
  'issue',
  'issue',
  'batch',
  'show',
  'show',
  'show',
  'revoke',
  'replace',
  'exchange',
  'exchange',
  'list',
] as const

/** Callers that issue the same links, under the same issuer or under another one later. */
const busy = callers.filter(({ name }) =>
  /^(reports|reader|partner|another role of partner|.* of the desk)$/.test(name),
)

/** Chance, the same for the same seed. */
interface Chance {
  pick<T>(options: readonly T[]): T
}

function chanceOf(seed: number): Chance {
  const generator = xoroshiro128plus(seed)
  return { pick: options => options[uniformInt(generator, 0, options.length - 1)] as (typeof options)[number] }
}

/** Requests of many callers to one world, and the first thing that one of them got and should not have. */
export class Leaks {
  /** Requests that were checked; of a batch, each link. */
  cases = 0
  /** How often each response came. */
  readonly tally = new Map<string, number>()
  readonly #world: World
  readonly #chance: Chance
  readonly #links: KnownLink[] = []
  readonly #cursors: { readonly query: string; readonly cursor: string }[] = []
  readonly #asked: NewLink[] = []
  /** What a caller gets for a link that never existed. */
  readonly #nothing = new Map<string, string>()

  constructor(world: World, seed: number) {
    this.#world = world
    this.#chance = chanceOf(seed)
  }

  /** Sends `count` requests; returns the first leak, as a sentence, or undefined. */
  async find(count: number): Promise<string | undefined> {
    await this.#putOldLinks()
    for (const end = this.cases + count; this.cases < end;) {
      const caller = this.#chance.pick(this.#chance.pick([callers, busy]))
      const list = this.#chance.pick(['now', 'now', 'now', 'later'] as const)
      const verb = this.#chance.pick(verbs)
      const request = { caller, list, rights: caller.rights[list] }
      if (request.rights?.own !== undefined) this.#note(`own: ${verb}`)
      const fault = (await this.#check(verb, request)) ?? this.#wrongWrite(request)
      if (fault !== undefined) return `${caller.name} (${list}), ${verb}: ${fault}`
    }
    return undefined
  }

  /** Puts links from before there were issuers. Their references look like those of issuers. */
  async #putOldLinks(): Promise<void> {
    for (const key of ['reports/q1.pdf', 'audits/1.pdf', 'q1.pdf']) {
      const { link, nonce } = makeLink({ key: key as ObjectKey, reference: 'reports/r' })
      await this.#world.put(link)
      const known = {
        owner: undefined,
        reference: 'reports/r',
        keepsReceipt: false,
        issuedBy: '',
        state: 'live' as const,
      }
      this.#links.push({ ...known, id: link.id, nonce, key })
    }
    this.#world.writes()
  }

  #check(verb: (typeof verbs)[number], request: Request): Promise<string | undefined> {
    switch (verb) {
      case 'issue':
        return this.#issue(request)
      case 'batch':
        return this.#issueBatch(request)
      case 'show':
        return this.#show(request)
      case 'revoke':
        return this.#revoke(request)
      case 'replace':
        return this.#replace(request)
      case 'exchange':
        return this.#exchange(request)
      case 'list':
        return this.#list(request)
    }
  }

  async #send(request: Request, [method, path]: readonly [string, string], more: object = {}): Promise<Answer> {
    const answer = await this.#world.send(proxyEvent(method, path, { ...request.caller.as, ...more }), request.list)
    this.#count(method, answer)
    return answer
  }

  #count(method: string, { status, body }: Answer): void {
    this.cases += 1
    this.#note(`${method} ${status} ${body.reason ?? ''}`.trim())
  }

  #note(kind: string): void {
    this.tally.set(kind, (this.tally.get(kind) ?? 0) + 1)
  }

  /** Makes a new link, or repeats one: a repeat with the same Idempotency-Key gets the same link, if it may. */
  #newLink(): NewLink {
    const { pick } = this.#chance
    const earlier = this.#asked.length > 0 && pick([true, false]) ? pick(this.#asked.slice(-2)) : undefined
    if (earlier !== undefined) return earlier
    const reference = pick(references)
    const receipt = pick([true, false]) && { receipt: true }
    // Two of seven can't be exchanged as they are asked for here.
    const refused = ([{ passphrase: true }, { media: 'object' }] as const)[this.#asked.length % 7]
    const link = { key: pick(keys), ...(reference !== undefined && { reference }), ...receipt, ...refused }
    this.#asked.push(link)
    return link
  }

  async #issue(request: Request): Promise<string | undefined> {
    const body = this.#newLink()
    const idempotencyKey = this.#chance.pick(idempotencyKeys)
    const answer = await this.#send(request, ['POST', '/links'], { body, headers: headersWith(idempotencyKey) })
    return this.#faultOfIssue(answer.status, answer.body, { ...request, body })
  }

  async #issueBatch(request: Request): Promise<string | undefined> {
    const links = Array.from({ length: this.#chance.pick([1, 2, 3]) }, () => this.#newLink())
    const headers = headersWith(this.#chance.pick(idempotencyKeys))
    const { status, body } = await this.#send(request, ['POST', '/links/batch'], { body: { links }, headers })
    const refusal = refusalOf(request.rights, 'issue')
    if (refusal !== undefined) return body.reason === refusal ? undefined : `${status} instead of ${refusal}`
    if (status === 422) return undefined
    if (status !== 200) return `${status} ${body.reason}`
    this.cases += links.length - 1
    const results = body['results'] as { status: number; link?: object; problem?: { reason: string } }[]
    for (const [index, result] of results.entries()) {
      const given = { ...(result.link ?? result.problem) } as Answer['body']
      const fault = this.#faultOfIssue(result.status, given, { ...request, body: links[index]! })
      if (fault !== undefined) return fault
    }
    return undefined
  }

  /** Notes a link that was issued. A repeat must be by the caller that issued it, and its issuer must be the same. */
  #faultOfIssue(status: number, given: Answer['body'], { caller, rights, body }: IssueRequest): string | undefined {
    const refusal = refusalOf(rights, 'issue') ?? (isOwnKey(body.key, rights!) ? undefined : 'key-not-allowed')
    if (refusal !== undefined) {
      return status === 403 && given.reason === refusal ? undefined : `${status} ${given.reason} for ${body.key}`
    }
    if (status === 422) return given.reason === 'idempotency-key-reused' ? undefined : `${status} ${given.reason}`
    if (status !== 201) return `${status} ${given.reason}, although it may issue ${body.key}`
    const [id, nonce] = [String(given['id']), String(given['url']).slice(-43)]
    const known = this.#links.find(link => link.id === id)
    const { owner, own } = rights!
    if (known === undefined) {
      const refusal = body.passphrase ? 'passphrase-required' : body.media && 'unsupported'
      const more = { reference: body.reference, keepsReceipt: body.receipt === true, issuedBy: caller.name, refusal }
      this.#links.push({ ...more, id, nonce, owner, own, key: body.key, state: 'live' })
      return undefined
    }
    if (known.issuedBy !== caller.name) return `got a link that ${known.issuedBy} had issued`
    return known.owner === owner ? undefined : `got a link of ${known.owner}, and is ${owner} now`
  }

  async #show(request: Request): Promise<string | undefined> {
    const { rights } = request
    const link = this.#chance.pick(this.#links)
    const answer = await this.#send(request, ['GET', `/links/${link.id}`])
    const refusal = refusalOf(rights, 'read')
    if (refusal !== undefined) return expectRefusal(answer, refusal)
    if (link.state === 'gone' || !isVisible(link, rights!)) return this.#differsFromNothing(['GET'], answer, request)
    if (answer.status !== 200) return `${answer.status}, although it may see the link`
    return faultOfView(answer.body, link, rights!)
  }

  async #revoke(request: Request): Promise<string | undefined> {
    const { rights } = request
    const link = this.#chance.pick(this.#links)
    const answer = await this.#send(request, ['DELETE', `/links/${link.id}`])
    const refusal = refusalOf(rights, 'revoke')
    if (refusal !== undefined) return expectRefusal(answer, refusal)
    if (link.state === 'gone' || !isVisible(link, rights!)) return this.#differsFromNothing(['DELETE'], answer, request)
    link.state = 'revoked'
    return [200, 204].includes(answer.status) ? undefined : `${answer.status}, although it may revoke the link`
  }

  /** Replaces a link, each caller with a key for each. A repeat gets the same link, if it is by the same caller. */
  async #replace(request: Request): Promise<string | undefined> {
    const { rights, caller } = request
    const link = this.#chance.pick(this.#links)
    const headers = headersWith(`${caller.name}, ${link.id}`)
    const answer = await this.#send(request, ['POST', `/links/${link.id}/replace`], { headers })
    const refusal = refusalOf(rights, 'issue') ?? refusalOf(rights, 'revoke')
    if (refusal !== undefined) return expectRefusal(answer, refusal)
    if (link.state === 'gone' || !isVisible(link, rights!))
      return this.#differsFromNothing(['POST', '/replace'], answer, request)
    if (answer.status === 409) return link.state === 'live' ? '409, although it may replace the link' : undefined
    if (answer.status !== 201) return `${answer.status}, although it may replace the link`
    const id = String(answer.body.id)
    const known = this.#links.find(each => each.id === id)
    if (known !== undefined) return known.issuedBy === caller.name ? undefined : `got a link of ${known.issuedBy}`
    link.state = 'revoked'
    const nonce = String(answer.body.url).slice(-43)
    this.#links.push({ ...link, id, nonce, own: rights!.own ?? link.own, issuedBy: caller.name, state: 'live' })
    return undefined
  }

  /** Compares a response with that for a link that never existed: it must have the same bytes. */
  async #differsFromNothing(
    [method, below = '']: readonly [string, string?],
    answer: Answer,
    { caller, list }: Request,
  ): Promise<string | undefined> {
    const name = `${method} ${caller.name} ${list}`
    if (!this.#nothing.has(name)) {
      const event = proxyEvent(method, `/links/${makeLink().link.id}${below}`, {
        ...caller.as,
        headers: headersWith('k'),
      })
      this.#nothing.set(name, (await this.#world.send(event, list)).bytes)
    }
    return this.#nothing.get(name) === answer.bytes
      ? undefined
      : `differs from a link that never existed: ${answer.bytes}`
  }

  async #exchange(request: Request): Promise<string | undefined> {
    const { rights, caller, list } = request
    const link = this.#chance.pick(this.#links)
    const idempotencyKey = this.#chance.pick(idempotencyKeys)
    const answer = await this.#exchangeOf(link.nonce, request, idempotencyKey)
    this.#count('exchange', answer)
    const refusal = refusalOf(rights, 'exchange')
    if (refusal !== undefined) return expectRefusal(answer, refusal)
    if (!isVisible(link, rights!) || (link.state === 'gone' && !seesEverything(rights!))) {
      const never = makeLink().nonce
      const forged = `${never.slice(0, -4)}${never.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
      const others = await Promise.all([never, forged].map(nonce => this.#exchangeOf(nonce, request, idempotencyKey)))
      const same = others.every(({ bytes }) => bytes === answer.bytes)
      return same ? undefined : `differs from a nonce that never existed: ${answer.bytes}`
    }
    if (link.refusal !== undefined)
      return answer.body.reason === link.refusal ? undefined : `${answer.status} instead of ${link.refusal}`
    const user = idempotencyKey && `${caller.name} ${idempotencyKey}`
    const isRepeat = link.state === 'used' && user !== undefined && link.usedBy === user
    const expected = link.state === 'live' || isRepeat ? 200 : 403
    if (answer.status !== expected) return `${answer.status} ${answer.body.reason} (${list}) of a ${link.state} link`
    if (link.state !== 'live') return undefined
    link.state = link.keepsReceipt ? 'used' : 'gone'
    if (user !== undefined) link.usedBy = user
    const key = new URL(String(answer.body['url'])).pathname.slice(1)
    return key === link.key ? undefined : `got ${key} for ${link.key}`
  }

  #exchangeOf(nonce: string, { caller, list }: Request, idempotencyKey: string | undefined): Promise<Answer> {
    const event = exchangeEvent(nonce, { ...caller.as, headers: headersWith(idempotencyKey) })
    return this.#world.send(event, list)
  }

  /** Reads a whole list, and sometimes goes on at a cursor that another caller got. */
  async #list(request: Request): Promise<string | undefined> {
    const { rights } = request
    const query = new URLSearchParams(this.#filters())
    const answer = await this.#send(request, ['GET', `/links?${query.toString()}`])
    const refusal = refusalOf(rights, 'read')
    if (refusal !== undefined) return expectRefusal(answer, refusal)
    const issuer = query.get('issuer')
    const mayAsk = rights!.ofAll
      ? !(query.has('reference') && issuer === null)
      : (issuer ?? rights!.owner) === rights!.owner
    if (!mayAsk) return answer.status === 400 ? undefined : `${answer.status} to ${query.toString()}`
    const found = new Set<string>()
    let page: Answer | undefined = answer
    for (let pages = 0; page !== undefined; pages += 1) {
      const fault = this.#faultOfPage(page, request, { query, found })
      if (fault !== undefined) return fault
      const next = page.body['next'] as string | undefined
      if (pages > 200) return 'a list without an end'
      page =
        next === undefined ? undefined : await this.#send(request, ['GET', `/links?${query.toString()}&cursor=${next}`])
    }
    const missing = this.#expectedIn(query, rights!).filter(({ id }) => !found.has(id))
    if (missing.length > 0) return `${missing.length} links are missing in ${query.toString()}`
    return this.#goOnElsewhere(request)
  }

  #filters(): Record<string, string> {
    const { pick } = this.#chance
    const [reference, issuer] = [pick(references), pick([undefined, undefined, 'reports', 'audits', 'root'] as const)]
    const state = pick([undefined, undefined, 'live', 'revoked'] as const)
    const limit = pick(['7', '30', '100'])
    return { limit, ...(reference && { reference }), ...(issuer && { issuer }), ...(state && { state }) }
  }

  #expectedIn(query: URLSearchParams, rights: Rights): readonly KnownLink[] {
    const [reference, issuer, state] = ['reference', 'issuer', 'state'].map(name => query.get(name))
    return this.#links.filter(
      link =>
        link.state !== 'gone' &&
        isVisible(link, rights) &&
        (reference === null || link.reference === reference) &&
        (issuer === null || link.owner === issuer) &&
        (state === null || link.state === state),
    )
  }

  #faultOfPage(
    { status, body }: Answer,
    { rights }: Request,
    { query, found }: { query: URLSearchParams; found: Set<string> },
  ): string | undefined {
    if (status !== 200) return `${status} ${body.reason} to ${query.toString()}`
    const expected = new Map(this.#expectedIn(query, rights!).map(link => [link.id, link]))
    for (const view of body['links'] as (Answer['body'] & { id: string })[]) {
      const link = expected.get(view.id)
      if (link === undefined) return `lists a link that it must not see, to ${query.toString()}`
      const fault = faultOfView(view, link, rights!)
      if (fault !== undefined) return fault
      if (found.has(view.id)) return 'lists a link twice'
      found.add(view.id)
    }
    const cursor = (body['next'] ?? '') as string
    if (cursor !== '') this.#cursors.push({ query: String(query), cursor })
    const plain = Buffer.from(cursor, 'base64url').toString('latin1')
    const foreign = this.#links.find(link => !isVisible(link, rights!) && plain.includes(link.id))
    return foreign && 'a cursor names a link that the caller must not see'
  }

  /** A cursor of another caller is either invalid, or continues with what this caller may see. */
  async #goOnElsewhere(request: Request): Promise<string | undefined> {
    if (this.#cursors.length === 0) return undefined
    const { query: text, cursor } = this.#chance.pick(this.#cursors)
    const answer = await this.#send(request, ['GET', `/links?${text}&cursor=${cursor}`])
    if (answer.status === 400) return undefined
    return this.#faultOfPage(answer, request, { query: new URLSearchParams(text), found: new Set() })
  }

  /** Every link that a request wrote is one that the caller may use, and a new one is its own. */
  #wrongWrite({ rights }: Request): string | undefined {
    for (const id of this.#world.writes()) {
      const link = this.#links.find(each => each.id === id)
      if (link === undefined) return `wrote ${id}, which no response names`
      if (rights === undefined || !isVisible(link, rights)) return `wrote a link of ${link.owner}, ${link.key}`
    }
    return undefined
  }
}

interface Request {
  readonly caller: TestCaller
  readonly list: ListName
  readonly rights: Rights | undefined
}

/** The body of a request for a link. */
interface NewLink {
  readonly key: string
  readonly reference?: string
  readonly receipt?: boolean
  readonly passphrase?: true
  readonly media?: 'object'
}

interface IssueRequest extends Request {
  readonly body: NewLink
}

function headersWith(idempotencyKey: string | undefined): Record<string, string> {
  const type = { 'content-type': 'application/json' }
  return idempotencyKey === undefined ? type : { ...type, 'idempotency-key': idempotencyKey }
}

function expectRefusal({ status, body }: Answer, reason: string): string | undefined {
  return status === 403 && body.reason === reason ? undefined : `${status} ${body.reason} instead of ${reason}`
}

function faultOfView(view: Answer['body'], link: KnownLink, { ofAll }: Rights): string | undefined {
  if (view['id'] !== link.id || view['key'] !== link.key) return 'shows another link'
  if (view['reference'] !== link.reference) return `shows the reference ${String(view['reference'])}`
  const issuer = ofAll ? link.owner : undefined
  return view['issuer'] === issuer ? undefined : `shows the issuer ${String(view['issuer'])}`
}
