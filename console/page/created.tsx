import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { renderSVG } from 'uqr'
import { visible } from '../../edge/pages/file.ts'
import type { Sent } from './draft.ts'
import type { Created } from './links.ts'
import type { Way } from './options.tsx'
import { useLeaveQuestion } from './effects.ts'
import { said } from './problems.ts'
import { endText, fullTime } from './words.ts'

/** Props of `CreatedLinks`. */
interface CreatedProps {
  readonly sent: Sent
  readonly way: Way
  /** Called when the sender has done with them. */
  readonly next: () => void
  /** What the sender does then. @default 'Send another' */
  readonly nextText?: string
}

/** What was created: the one time that links and passphrases are shown. */
export function CreatedLinks({ sent: { created, refused }, way, next, nextText = 'Send another' }: CreatedProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    title.current?.focus({ preventScroll: true })
    title.current?.parentElement?.scrollIntoView()
  }, [created])
  // Until the sender has done something with it.
  const [isUntouched, setUntouched] = useState(true)
  useLeaveQuestion(isUntouched)
  const [only] = created
  return (
    <section class="card created" onClick={() => setUntouched(false)}>
      <h2 ref={title} tabIndex={-1}>
        {created.length === 1 ? 'Your link' : `Your ${created.length} links`}
      </h2>
      {only !== undefined && created.length === 1 ? (
        <OneLink link={only} way={way} />
      ) : (
        <LinkTable links={created} way={way} />
      )}
      {refused.length > 0 && (
        <p class="error" role="alert">
          {refused.map(({ recipient, why }) => (
            <span>{visible(said.noLink(recipient, why))}</span>
          ))}
        </p>
      )}
      <p class="actions">
        <button type="button" onClick={next}>
          {nextText}
        </button>
      </p>
    </section>
  )
}

function OneLink({ link, way }: { readonly link: Created; readonly way: Way }) {
  const { url, name, recipient, expiresAt, uses, passphrase, advice } = link
  return (
    <>
      <p class="quiet">
        <bdi>{visible(name)}</bdi>
        {recipient !== undefined && <> for {visible(recipient)}</>}. It works {onceText(uses)}, until{' '}
        {endText(expiresAt)}.
      </p>
      <Copied label="Link" text={url} />
      <p class="quiet">It is shown only now.</p>
      <p class="actions">
        {way !== 'program' && (
          <a class="button" href={mailOf(link)}>
            Write the mail
          </a>
        )}
      </p>
      {passphrase !== undefined && (
        <div class="passphrase">
          <Copied label="Passphrase" text={passphrase} />
          <p class="quiet">Send it another way than the link: by phone, if the link goes by mail.</p>
        </div>
      )}
      {advice !== undefined && <p class="quiet">{slowLine}</p>}
      <details open={way === 'phone'}>
        <summary>QR code</summary>
        <QrCode text={url} />
      </details>
    </>
  )
}

/** A text that is shown once, with a button that copies it. */
function Copied({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div class="field copied">
      <label>
        {label}
        <input readonly value={text} spellcheck={false} onFocus={event => event.currentTarget.select()} />
      </label>
      <CopyButton text={text} label="Copy" about={label} />
    </div>
  )
}

/** A button that copies a text, and says so. `about` names what for those who don't see it. */
function CopyButton({ text, label, about }: { readonly text: string; readonly label: string; readonly about: string }) {
  const [said, setSaid] = useState('')
  const copy = () => {
    void navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Select it and press Ctrl+C'),
    )
    setTimeout(() => setSaid(''), 2000)
  }
  return (
    <button type="button" onClick={copy}>
      <span role="status">{said}</span>
      <span hidden={said !== ''}>
        {label} <span class="hidden-text">{about}</span>
      </span>
    </button>
  )
}

function LinkTable({ links, way }: { readonly links: readonly Created[]; readonly way: Way }) {
  const [first] = links
  const lines = (of: (link: Created) => string | undefined) =>
    links.map(link => `${link.recipient ?? ''}\t${of(link) ?? ''}`).join('\n')
  const hasPassphrases = links.some(({ passphrase }) => passphrase !== undefined)
  return (
    <>
      <p class="quiet">
        <bdi>{visible(first?.name ?? '')}</bdi>, a link for each. They work {onceText(first?.uses)}, until{' '}
        {endText(first?.expiresAt ?? '')}, and are shown only now.
      </p>
      <p class="actions">
        <CopyButton text={lines(({ url }) => url)} label="Copy all" about="links" />
        {hasPassphrases && (
          <CopyButton text={lines(({ passphrase }) => passphrase)} label="Copy all passphrases" about="" />
        )}
      </p>
      {hasPassphrases && <p class="quiet">Send passphrases another way than links.</p>}
      <ul class="rows">
        {links.map(link => (
          <li>
            <span class="name">{visible(link.recipient ?? '')}</span>
            <span class="actions">
              {way !== 'program' && (
                <a href={mailOf(link)}>
                  Mail<span class="hidden-text"> to {visible(link.recipient ?? '')}</span>
                </a>
              )}
              <CopyButton text={link.url} label="Copy" about={`the link for ${link.recipient}`} />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Returns the address that has a mail program write to the recipient, who may be `Name <address>`. */
function mailOf({ url, name, recipient = '', expiresAt, uses, passphrase }: Created): string {
  const [, own, inBrackets] = /^(\S+@\S+)$|<(\S+@\S+)>$/.exec(recipient) ?? []
  const person = own === undefined ? recipient.replace(/\s*<[^<]*>$/, '') : ''
  const body = [
    `Hello${person === '' ? '' : ` ${person}`},`,
    `this link leads to the file ${name}:\r\n${url}`,
    // Names the time zone of this browser, which the recipient may not know.
    `It works ${onceText(uses)}, until ${fullTime(expiresAt, 'short')}.`,
    ...(passphrase === undefined ? [] : ['The page asks for a passphrase, which you get from me another way.']),
  ]
  const text = encodeURIComponent(body.join('\r\n\r\n'))
  return `mailto:${encodeURIComponent(own ?? inBrackets ?? '')}?subject=A%20file%20for%20you&body=${text}`
}

/** Says how often a link works, for so many clients. */
function onceText(uses: number | undefined): string {
  return uses === undefined ? 'once' : `once on each of ${uses} devices`
}

const slowLine =
  'Over a slow line the download may break off, and can’t go on. With “Bound to: the client” in the options, it can.'

/** A text's QR code. With less than four modules around it, scanners may not find it (ISO/IEC 18004). */
function QrCode({ text }: { readonly text: string }) {
  const source = `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { ecc: 'M', border: 4 }))}`
  return <img class="qr" alt="QR code of the link" src={source} />
}
