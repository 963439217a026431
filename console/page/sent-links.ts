import { useRef, useState } from 'preact/hooks'
import type { Client, IssuedLink, LinkView } from '../../client/client.ts'
import { withPreset } from '../../client/presets.ts'
import { useRepeat } from './effects.ts'
import type { Created } from './links.ts'
import { type Failure, outcomeOf } from './server.ts'
import { canChange, fileOf, isSettled, type KnownLink } from './words.ts'

/** Milliseconds between two looks at the list, and at the chosen link. */
const listEveryMs = 10_000
const chosenEveryMs = 3_000

/** Links that one request has, at most. */
const pageSize = 100

/** Links that are looked at after each look at the list, at most. */
const maxLooks = 4

/** What the sender looks at. */
interface View {
  readonly isShown: boolean
  readonly chosen: string | undefined
  /** Pages to read at first: the API has an order only for those with links of their own. */
  readonly pages: number
  /** Ids of the links that were created here, list by list. */
  readonly lists: readonly (readonly string[])[]
}

/** The sender's links, the newest first, and what can be done with them. */
export type Sending = ReturnType<typeof useSent>

/** Reads the sender's links, and reads again what is shown, as long as it is. */
export function useSent(api: Client, { isShown, chosen, pages: first, lists }: View) {
  const { known, learn, look, looks } = useLooks(api)
  const [pages, setPages] = useState(first)
  const [hasMore, setMore] = useState(false)
  const [isLoaded, setLoaded] = useState(false)
  const [problem, setProblem] = useState<Failure>()
  const { refusal, ...changes } = useChanges(api, look)

  async function load(reference?: string): Promise<void> {
    const wanted = pages * pageSize
    const views: LinkView[] = []
    const query = { pageSize, ...(reference !== undefined && { reference }) }
    const reading = async () => {
      for await (const view of api.list(query)) if (views.push(view) >= wanted) return
    }
    const read = await outcomeOf(reading())
    learn(views)
    setLoaded(true)
    setProblem(read.ok ? undefined : read)
    if (reference !== undefined) return
    setMore(views.length >= wanted)
    for (const id of toLookAt(known, { views, looks })) await look(id)
  }

  useRepeat(() => load(), isShown ? listEveryMs : undefined, pages)
  useRepeat(() => look(chosen ?? ''), isShown && chosen !== undefined ? chosenEveryMs : undefined, chosen)
  return {
    links: [...known.values()].toSorted(orderOf(known, lists)),
    isLoaded,
    hasMore,
    /** Why the API did not do the last thing. */
    problem: (refusal ?? problem)?.detail,
    /** Reads 100 links more. */
    more: () => setPages(pages + 1),
    /** Asks the API for links of this recipient. */
    search: load,
    ...changes,
  }
}

/** Returns the order of links: the newest first, those of a list as it has them; after a reload, those of one second by recipient. */
function orderOf(known: ReadonlyMap<string, KnownLink>, lists: View['lists']) {
  const places = new Map(lists.flatMap(list => list.map((id, index) => [id, { index, first: list[0] ?? id }] as const)))
  // A long list is created in parts, some seconds after each other.
  const timeOf = ({ id, issuedAt }: KnownLink) =>
    Date.parse(known.get(places.get(id)?.first ?? id)?.issuedAt ?? issuedAt)
  const indexOf = ({ id }: KnownLink) => places.get(id)?.index ?? 0
  return (a: KnownLink, b: KnownLink) =>
    timeOf(b) - timeOf(a) || indexOf(a) - indexOf(b) || (a.reference ?? '').localeCompare(b.reference ?? '')
}

/** Revokes and replaces links, and makes links to what they took. `refusal` says why the API did not do the last of it. */
function useChanges(api: Client, look: (id: string) => Promise<void>) {
  const [refusal, setRefusal] = useState<Failure>()
  const [made, setMade] = useState<Created>()
  const [isChecking, setChecking] = useState(false)
  const { current: keys } = useRef(new Map<string, string>())
  const fetching = useRef(false)

  async function revoke(id: string): Promise<void> {
    const revoked = await outcomeOf(api.revoke(id))
    setRefusal(revoked.ok ? undefined : revoked)
    await look(id)
  }

  async function replace(link: KnownLink): Promise<void> {
    // Another attempt goes on where the one before may have ended.
    if (!keys.has(link.id)) keys.set(link.id, crypto.randomUUID())
    const options = { idempotencyKey: keys.get(link.id)!, onCheck: () => setChecking(true) }
    const replaced = await outcomeOf(api.replace(link.id, options))
    setChecking(false)
    setRefusal(replaced.ok ? undefined : replaced)
    setMade(replaced.ok ? createdAgain(link, replaced.value) : undefined)
    await look(link.id)
  }

  /** Makes a link to the file that a link took, for the sender. */
  async function fetchFile(link: KnownLink): Promise<void> {
    if (fetching.current) return
    fetching.current = true
    const { key = '', versionId, size } = link.received ?? {}
    const version = versionId !== undefined && { versionId }
    const issued = await outcomeOf(api.issue(withPreset({ for: 'mail', key, ...version }, size)))
    fetching.current = false
    setRefusal(issued.ok ? undefined : issued)
    setMade(issued.ok ? { ...secretsOf(issued.value), ...ownLink, name: fileOf(link) } : undefined)
  }

  /**
   * `made` is the last link in place of another, or to what one took; undefined again once the sender has done with it. With `isChecking`,
   * it waits for the check of its file.
   */
  return { refusal, revoke, replace, fetchFile, made, isChecking, forget: () => setMade(undefined) }
}

const ownLink = { isOwn: true, recipient: undefined, confirm: true } as const

function createdAgain(link: KnownLink, issued: IssuedLink): Created {
  const { reference: recipient, confirm, uses, upload } = link
  const name = upload === undefined ? fileOf(link) : undefined
  return { ...secretsOf(issued), name, recipient, confirm, uses: uses?.max }
}

const secretsOf = ({ advice, passphrase, ...issued }: IssuedLink) => ({ ...issued, passphrase, advice })

/** When a link was last looked at alone, by id; `Infinity` if nothing more becomes known of it. */
type Looks = Map<string, number>

/** Keeps what is known of links. */
function useLooks(api: Client) {
  const [known, setKnown] = useState<ReadonlyMap<string, KnownLink>>(new Map())
  const { current: looks } = useRef<Looks>(new Map())
  const learn = (views: readonly KnownLink[]) => setKnown(before => merged(before, views))
  async function look(id: string): Promise<void> {
    const shown = await outcomeOf(api.show(id))
    looks.set(id, shown.ok && isSettled(shown.value) ? Infinity : Date.now())
    const link = known.get(id)
    if (shown.ok) learn([shown.value])
    else if (shown.status === 404 && link !== undefined) learn([{ ...link, state: 'gone' }])
  }
  return { known, learn, look, looks }
}

/** Adds views to what is known. A list says less of a link than a look at it, which stays. */
function merged(known: ReadonlyMap<string, KnownLink>, views: readonly KnownLink[]): ReadonlyMap<string, KnownLink> {
  return new Map([...known, ...views.map(view => [view.id, { ...known.get(view.id), ...view }] as const)])
}

/**
 * Returns the links of which a look says more than a list: opened ones, whose download may go on, and those that are on no list any
 * more, as one that left nothing. Those first that were not looked at for longest.
 */
function toLookAt(
  known: ReadonlyMap<string, KnownLink>,
  { views, looks }: { readonly views: readonly LinkView[]; readonly looks: Looks },
): readonly string[] {
  const listed = new Set(views.map(({ id }) => id))
  const lookedAt = ({ id }: KnownLink) => looks.get(id) ?? 0
  const isOpen = (link: KnownLink) => canChange(link) && (link.state === 'used' || !listed.has(link.id))
  const open = [...merged(known, views).values()].filter(link => isOpen(link) && lookedAt(link) < Infinity)
  const first = open.toSorted((a, b) => lookedAt(a) - lookedAt(b)).slice(0, maxLooks)
  return first.map(({ id }) => id)
}
