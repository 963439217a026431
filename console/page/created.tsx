import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { renderSVG } from 'uqr'
import { visible } from '../../edge/pages/file.ts'
import type { Sent } from './draft.ts'
import type { Created } from './links.ts'
import type { Way } from './options.tsx'
import { useLeaveQuestion } from './effects.ts'
import { fullTime, timeText } from './formats.ts'
import { say, texts } from './language.ts'
import { Say } from './say.tsx'

/** Props of `CreatedLinks`. */
interface CreatedProps {
  readonly sent: Sent
  readonly way: Way
  /** Called when the sender has done with them. */
  readonly next: () => void
  /** What the sender does then. @default to send, or to ask for, another file */
  readonly nextText?: string
}

/** What was created: the one time that links and passphrases are shown. */
export function CreatedLinks({ sent: { created, refused }, way, next, nextText }: CreatedProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    title.current?.focus({ preventScroll: true })
    title.current?.parentElement?.scrollIntoView()
  }, [created])
  // Until the sender has done something with it.
  const [isUntouched, setUntouched] = useState(true)
  useLeaveQuestion(isUntouched)
  const [only] = created
  const another = texts().created[only !== undefined && only.name === undefined ? 'nextAsked' : 'next']
  return (
    <section class="card created" onClick={() => setUntouched(false)}>
      <h2 ref={title} tabIndex={-1}>
        {say(texts().created.title, { count: created.length })}
      </h2>
      {only !== undefined && created.length === 1 ? (
        <OneLink link={only} way={way} />
      ) : (
        <LinkTable links={created} way={way} />
      )}
      {refused.length > 0 && (
        <p class="error" role="alert">
          {refused.map(({ recipient, why }) => (
            <span>
              <Say text={texts().created.noLink} recipient={recipient} why={why()} />
            </span>
          ))}
        </p>
      )}
      <p class="actions">
        <button type="button" onClick={next}>
          {nextText ?? another}
        </button>
      </p>
    </section>
  )
}

function OneLink({ link, way }: { readonly link: Created; readonly way: Way }) {
  const { url, name, recipient, passphrase, advice } = link
  const { created } = texts()
  const person = name === undefined ? created.from : created.for
  return (
    <>
      <p class="quiet">
        <bdi>{shownName(link)}</bdi> {recipient !== undefined && <Say text={person} recipient={recipient} />}
      </p>
      <p class="quiet">{worksText(link, timeText(link.expiresAt))}</p>
      <Copied label={created.link} text={url} />
      <p class="quiet">{created.shownOnce}</p>
      <p class="actions">
        {link.isOwn && (
          // In a new window that can't access this one, and gets no Referer.
          <a class="button" href={url} target="_blank" rel="noopener noreferrer">
            {created.open}
          </a>
        )}
        {way !== 'program' && (
          <a class="button" href={mailOf(link)}>
            {created.writeMail}
          </a>
        )}
      </p>
      {passphrase !== undefined && (
        <div class="passphrase">
          <Copied label={created.passphrase} text={passphrase} />
          <p class="quiet">{created.apart}</p>
        </div>
      )}
      {advice !== undefined && <p class="quiet">{created.slow}</p>}
      <details open={way === 'phone'}>
        <summary>{created.qr}</summary>
        <QrCode text={url} />
      </details>
    </>
  )
}

/** Returns the name of the file of a link, or of what it asks for. */
function shownName({ name }: Created): string {
  return name === undefined ? texts().created.aFile : visible(name)
}

/** A text that is shown once, with a button that copies it. */
function Copied({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div class="field copied">
      <label>
        {label}
        <input readonly value={text} spellcheck={false} onFocus={event => event.currentTarget.select()} />
      </label>
      <CopyButton text={text} label={texts().created.copy} about={label} />
    </div>
  )
}

/** A button that copies a text, and says so. `about` names what for those who don't see it. */
function CopyButton({ text, label, about }: { readonly text: string; readonly label: string; readonly about: string }) {
  const [said, setSaid] = useState<'copied' | 'copyByHand'>()
  const copy = () => {
    void navigator.clipboard.writeText(text).then(
      () => setSaid('copied'),
      () => setSaid('copyByHand'),
    )
    setTimeout(() => setSaid(undefined), 2000)
  }
  return (
    <button type="button" onClick={copy}>
      <span role="status">{said && texts().created[said]}</span>
      <span hidden={said !== undefined}>
        {label} <span class="hidden-text">{about}</span>
      </span>
    </button>
  )
}

function LinkTable({ links, way }: { readonly links: readonly Created[]; readonly way: Way }) {
  const { created } = texts()
  const [first] = links
  const lines = (of: (link: Created) => string | undefined) =>
    links.map(link => `${link.recipient ?? ''}\t${of(link) ?? ''}`).join('\n')
  const hasPassphrases = links.some(({ passphrase }) => passphrase !== undefined)
  return (
    <>
      <p class="quiet">
        <bdi>{first && shownName(first)}</bdi>
      </p>
      <p class="quiet">
        {created.linkForEach} {first && worksText(first, timeText(first.expiresAt))}
      </p>
      <p class="actions">
        <CopyButton text={lines(({ url }) => url)} label={created.copyAll} about="" />
        {hasPassphrases && (
          <CopyButton text={lines(({ passphrase }) => passphrase)} label={created.copyPassphrases} about="" />
        )}
        <a class="button" download={`${created.link}.csv`} href={tableOf(links)}>
          {created.saveTable}
        </a>
      </p>
      {hasPassphrases && <p class="quiet">{created.apart}</p>}
      <ul class="rows">
        {links.map(link => (
          <LinkRow {...{ link, way }} />
        ))}
      </ul>
    </>
  )
}

function LinkRow({ link, way }: { readonly link: Created; readonly way: Way }) {
  const { created } = texts()
  const recipient = visible(link.recipient ?? '')
  return (
    <li>
      <span class="name">
        <bdi>{recipient}</bdi>
      </span>
      <span class="actions">
        {way !== 'program' && (
          <a href={mailOf(link)}>
            {created.mail}
            <span class="hidden-text"> {say(created.mailTo, { recipient })}</span>
          </a>
        )}
        <CopyButton text={link.url} label={created.copy} about={say(created.linkFor, { recipient })} />
      </span>
    </li>
  )
}

/** Returns the address of a table of links, for a mail merge: CSV (RFC 4180) as Excel reads it, in UTF-8 and with the separator of the language. */
function tableOf(links: readonly Created[]): string {
  const { created, locale } = texts()
  const hasPassphrases = links.some(({ passphrase }) => passphrase !== undefined)
  const columns = [created.recipient, created.link, created.end, ...(hasPassphrases ? [created.passphrase] : [])]
  const rows = links.map(({ recipient = '', url, expiresAt, passphrase = '' }) =>
    [recipient, url, fullTime(expiresAt, 'short'), passphrase].slice(0, columns.length),
  )
  // Where the decimal mark is a comma, Excel expects a semicolon between cells.
  const separator = (0.5).toLocaleString(locale).includes(',') ? ';' : ','
  const text = [columns, ...rows]
    .map(cells => cells.map(cell => `"${cell.replaceAll('"', '""')}"`).join(separator))
    .join('\r\n')
  return `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${text}\r\n`)}`
}

/** Returns the address that has a mail program write to the recipient, who may be `Name <address>`. */
function mailOf(link: Created): string {
  const { created } = texts()
  const { url, name, recipient = '', passphrase } = link
  const [, own, inBrackets] = /^(\S+@\S+)$|<(\S+@\S+)>$/.exec(recipient) ?? []
  const person = own === undefined ? recipient.replace(/\s*<[^<]*>$/, '') : ''
  const leads = name === undefined ? created.takes : say(created.leadsTo, { name })
  const body = [
    person === '' ? created.hello : say(created.helloTo, { recipient: person }),
    `${leads}\r\n${url}`,
    // Names the time zone of this browser, which the recipient may not know.
    worksText(link, fullTime(link.expiresAt, 'short')),
    ...(passphrase === undefined ? [] : [created.asksPassphrase]),
  ]
  const subject = encodeURIComponent(name === undefined ? created.subjectAsked : created.subject)
  const text = encodeURIComponent(body.join('\r\n\r\n'))
  return `mailto:${encodeURIComponent(own ?? inBrackets ?? '')}?subject=${subject}&body=${text}`
}

/** Says how often a link works, for so many clients, and until when. */
function worksText({ uses }: Created, time: string): string {
  const { works, worksOnEach } = texts().created
  return uses === undefined ? say(works, { time }) : say(worksOnEach, { count: uses, time })
}

/** A text's QR code. With less than four modules around it, scanners may not find it (ISO/IEC 18004). */
function QrCode({ text }: { readonly text: string }) {
  const source = `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { ecc: 'M', border: 4 }))}`
  return <img class="qr" alt={texts().created.qrOfLink} src={source} />
}
