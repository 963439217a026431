import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Client } from '../../client/client.ts'
import { visible } from '../../edge/pages/file.ts'
import { CreatedLinks } from './created.tsx'
import { timeText } from './formats.ts'
import { say, texts } from './language.ts'
import { Say } from './say.tsx'
import { LinkActions } from './link-actions.tsx'
import { type Sending, useSent } from './sent-links.ts'
import { deliveryText, fileOf, isUnopened, type KnownLink, sizeTextOf, stateText, takesText } from './words.ts'

/** Props of `SentLinks`. */
interface SentProps {
  readonly api: Client
  /** Whether the API lists links in their order. */
  readonly isOrdered: boolean
  /** Whether the sender sees the list: only then it asks the API. */
  readonly isShown: boolean
  /** Ids of the links that were created here, list by list. */
  readonly lists: readonly (readonly string[])[]
}

/** The sender's links, with what became of each. */
export function SentLinks({ api, isOrdered, isShown, lists }: SentProps) {
  const t = texts()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<string>()
  const sent = useSent(api, { isShown, chosen, pages: isOrdered ? 1 : 10, lists })
  const links = sent.links.filter(link => matches(link, text.trim().toLowerCase()))
  const search = (event: Event) => {
    event.preventDefault()
    if (text.trim() !== '') void sent.search(text.trim())
  }
  const { made } = sent
  if (made !== undefined) {
    const only = { created: [made], refused: [] }
    return <CreatedLinks sent={only} way="mail" next={sent.forget} nextText={t.created.back} />
  }
  return (
    <section class="sent">
      <form role="search" onSubmit={search}>
        <label for="search">{t.sent.search}</label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          placeholder={t.sent.searchHint}
          value={text}
          onInput={event => setText(event.currentTarget.value)}
        />
      </form>
      <p class="error" role="alert">
        {sent.problem}
      </p>
      <p class="quiet" role="status">
        {sent.isChecking && t.progress.check}
        {links.length > 0 ? '' : !sent.isLoaded ? t.sent.loading : text === '' ? t.sent.none : t.sent.notHere}
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
          {t.sent.more}
        </button>
      )}
    </section>
  )
}

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
          {link.reference !== undefined && (
            <span class="quiet">
              <Say text={texts().created[link.upload ? 'from' : 'for']} recipient={link.reference} />
            </span>
          )}
        </span>
        {link.requested && link.state !== 'revoked' && <span class="state requested">{texts().sent.requested}</span>}
        {isUnopened(link) && <span class="state requested">{texts().sent.unopened}</span>}
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
            <dd>{typeof text === 'string' ? visible(text) : text}</dd>
          </>
        ))}
      </dl>
      <LinkActions {...{ link, sent }} />
    </div>
  )
}

/** Returns what is known of a link, as terms and texts. */
function factsOf(link: KnownLink): readonly (readonly [string, ComponentChildren])[] {
  const { receipt, delivery, uses, passphrase, unredeemed, requested, message, sender, issuedAt, reference } = link
  const { facts, upload } = texts()
  const opened = uses?.taken ?? (receipt ? [{ ...receipt, delivery }] : [])
  const after = unredeemed?.refusedAfterUse
  const robots = unredeemed?.automated
  const all: readonly (readonly [string, ComponentChildren])[] = [
    [facts.for, reference],
    [facts.state, stateText(link)],
    [facts.created, timeText(issuedAt)],
    [upload.file, link.upload && takesText(link.upload)],
    [facts.size, sizeTextOf(link)],
    [facts.from, sender],
    [facts.message, message],
    ...opened.flatMap(use => [
      [facts.opened, <OpenedText use={use} />] as const,
      [facts.download, use.delivery && deliveryText(use.delivery)] as const,
    ]),
    [facts.passphrase, passphrase && say(facts.tries, { count: passphrase.tries, max: passphrase.maxTries })],
    [facts.refused, after ? say(facts.refusedAfter, { count: after }) : undefined],
    [facts.requested, requested && say(facts.asked, { count: requested.count, time: timeText(requested.lastAt) })],
    [facts.robots, robots ? say(facts.looked, { count: robots }) : undefined],
  ]
  return all.flatMap(([term, text]) => (text === undefined ? [] : [[term, text] as const]))
}

function OpenedText({ use }: { readonly use: NonNullable<KnownLink['receipt']> }) {
  const { redeemedAt, userAgent, viewer } = use
  const { facts, clients } = texts()
  const client = clients[userAgent as keyof typeof clients] ?? userAgent
  const values = { time: timeText(redeemedAt), client, address: viewer }
  return <Say text={userAgent === 'other' ? facts.openedFrom : facts.openedWith} {...values} />
}
