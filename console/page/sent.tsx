import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Client } from '../../client/client.ts'
import { visible } from '../../edge/pages/file.ts'
import { CreatedLinks } from './created.tsx'
import { LinkActions } from './link-actions.tsx'
import { type Sending, useSent } from './sent-links.ts'
import { fileOf, type KnownLink, sizeTextOf, stateText, timeText } from './words.ts'

/** Props of `SentLinks`. */
interface SentProps {
  readonly api: Client
  /** Whether the API lists links in their order. */
  readonly isOrdered: boolean
  /** Whether the sender sees the list: only then it asks the API. */
  readonly isShown: boolean
}

/** The sender's links, with what became of each. */
export function SentLinks({ api, isOrdered, isShown }: SentProps) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<string>()
  const sent = useSent(api, { isShown, chosen, pages: isOrdered ? 1 : 10 })
  const links = sent.links.filter(link => matches(link, text.trim().toLowerCase()))
  const search = (event: Event) => {
    event.preventDefault()
    if (text.trim() !== '') void sent.search(text.trim())
  }
  const { replacement } = sent
  if (replacement !== undefined) {
    const only = { created: [replacement], refused: [] }
    return <CreatedLinks sent={only} way="mail" next={sent.forget} nextText="Back to the list" />
  }
  return (
    <section class="sent">
      <form role="search" onSubmit={search}>
        <label for="search">Search</label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          placeholder="file or recipient"
          value={text}
          onInput={event => setText(event.currentTarget.value)}
        />
      </form>
      <p class="error" role="alert">
        {sent.problem}
      </p>
      <p class="quiet" role="status">
        {links.length > 0 ? '' : !sent.isLoaded ? 'Loading…' : text === '' ? 'No links.' : notHere}
      </p>
      <ul class="rows">
        {links.map(link => (
          <LinkRow
            key={link.id}
            {...{ link, sent }}
            isChosen={link.id === chosen}
            choose={() => setChosen(link.id === chosen ? undefined : link.id)}
          />
        ))}
      </ul>
      {sent.hasMore && (
        <button type="button" onClick={sent.more}>
          Show more
        </button>
      )}
    </section>
  )
}

const notHere = 'None of the links here. Press Enter to search for a recipient, by the whole name.'

function matches(link: KnownLink, text: string): boolean {
  return [fileOf(link), link.reference, link.id].some(each => each?.toLowerCase().includes(text) === true)
}

interface RowProps {
  readonly link: KnownLink
  readonly sent: Sending
  readonly isChosen: boolean
  readonly choose: () => void
}

function LinkRow({ link, sent, isChosen, choose }: RowProps) {
  return (
    <li>
      <button type="button" class="row-button" aria-expanded={isChosen} onClick={choose}>
        <span class="name">
          <bdi>{fileOf(link)}</bdi>{' '}
          {link.reference !== undefined && <span class="quiet">for {visible(link.reference)}</span>}
        </span>
        {link.requested && link.state !== 'revoked' && <span class="state requested">New link requested</span>}
        <span class={`state ${link.state}`}>{stateText(link)}</span>
      </button>
      {isChosen && <LinkCard {...{ link, sent }} />}
    </li>
  )
}

function LinkCard({ link, sent }: Pick<RowProps, 'link' | 'sent'>) {
  const card = useRef<HTMLDivElement>(null)
  // Before the next key, which may be for what has the focus.
  useLayoutEffect(() => {
    card.current?.focus({ preventScroll: true })
    card.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div ref={card} class="card" tabIndex={-1} role="group" aria-label={fileOf(link)}>
      <dl>
        {factsOf(link).map(([term, text]) => (
          <>
            <dt>{term}</dt>
            <dd>{visible(text)}</dd>
          </>
        ))}
      </dl>
      <LinkActions {...{ link, sent }} />
    </div>
  )
}

/** Returns what is known of a link, as terms and texts. */
function factsOf(link: KnownLink): readonly (readonly [string, string])[] {
  const { receipt, delivery, uses, passphrase, unredeemed, requested, message, sender, issuedAt, reference } = link
  const opened = uses?.taken ?? (receipt ? [{ ...receipt, delivery }] : [])
  const all: readonly (readonly [string, string | undefined])[] = [
    ['For', reference],
    ['State', stateText(link)],
    ['Created', timeText(issuedAt)],
    ['Size', sizeTextOf(link)],
    ['From', sender],
    ['Message', message],
    ...opened.flatMap(use => [
      ['Opened', openedText(use)] as const,
      // Leaves out its time, which is in UTC.
      ['Download', use.delivery?.summary.replace(/, \d{4}-.*$/, '')] as const,
    ]),
    ['Passphrase', passphrase && `${passphrase.tries} of ${passphrase.maxTries} tries made`],
    ['Refused', unredeemed?.refusedAfterUse ? `${times(unredeemed.refusedAfterUse)}, after it was opened` : undefined],
    ['Requested', requested && `a new link ${times(requested.count)}, last ${timeText(requested.lastAt)}`],
    ['Robots', unredeemed?.automated ? `looked at it ${times(unredeemed.automated)}, without opening it` : undefined],
  ]
  return all.flatMap(([term, text]) => (text === undefined ? [] : [[term, text] as const]))
}

function openedText({ redeemedAt, userAgent, viewer }: NonNullable<KnownLink['receipt']>): string {
  return `${timeText(redeemedAt)}${userAgent === 'other' ? '' : `, with ${userAgent}`}, from ${viewer}`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
