import { useRef } from 'preact/hooks'
import { Question } from './question.tsx'
import type { Sending } from './sent-links.ts'
import { timeText } from './formats.ts'
import { say, texts } from './language.ts'
import { canReplace, canRevoke, type KnownLink } from './words.ts'

/** Props of `LinkActions`. */
interface ActionsProps {
  readonly link: KnownLink
  readonly sent: Sending
}

/** What the sender can do with a link; each asks first. */
export function LinkActions({ link, sent }: ActionsProps) {
  const { actions } = texts()
  const { revoke, revokeTitle, revokeIt, replace, replaceTitle, replaceIt } = actions
  return (
    <p class="actions">
      {link.received?.state === 'received' && (
        <button type="button" onClick={() => void sent.fetchFile(link)}>
          {actions.fetch}
        </button>
      )}
      {canRevoke(link) && (
        <Action name={revoke} title={revokeTitle} answer={revokeIt} act={() => sent.revoke(link.id)}>
          {revokeText(link)}
        </Action>
      )}
      {canReplace(link) && (
        <Action name={replace} title={replaceTitle} answer={replaceIt} act={() => sent.replace(link)}>
          {link.upload ? actions.replaceAsked : actions.replaceText}
        </Action>
      )}
    </p>
  )
}

/** Says what a revoke of a link does. */
function revokeText({ upload, receipt }: KnownLink): string {
  const { actions } = texts()
  if (upload) return actions.revokeAsked
  return receipt ? say(actions.revokeOpened, { time: timeText(receipt.urlExpiresAt) }) : actions.revokeText
}

interface ActionProps {
  readonly name: string
  readonly title: string
  readonly answer: string
  readonly children: string
  readonly act: () => Promise<void>
}

function Action({ name, title, answer, children, act }: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const confirm = () => {
    // The button that opened it, which gets the focus, goes away with the link.
    dialog.current?.closest<HTMLElement>('.card')?.focus({ preventScroll: true })
    void act()
  }
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {name}…
      </button>
      <Question
        dialog={dialog}
        title={title}
        answers={[
          [texts().actions.keep, () => undefined],
          [answer, confirm],
        ]}
      >
        {children}
      </Question>
    </>
  )
}
