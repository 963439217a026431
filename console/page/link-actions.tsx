import { useRef } from 'preact/hooks'
import { Question } from './question.tsx'
import type { Sending } from './sent-links.ts'
import { canReplace, canRevoke, endText, type KnownLink } from './words.ts'

/** Props of `LinkActions`. */
interface ActionsProps {
  readonly link: KnownLink
  readonly sent: Sending
}

/** What the sender can do with a link; each asks first. */
export function LinkActions({ link, sent }: ActionsProps) {
  return (
    <p class="actions">
      {canRevoke(link) && (
        <Action name="Revoke" question="Revoke this link?" act={() => sent.revoke(link.id)}>
          {link.receipt
            ? `It can’t be opened again then. A download goes on until ${endText(link.receipt.urlExpiresAt)} at most.`
            : 'Then it opens nothing. This can’t be undone.'}
        </Action>
      )}
      {canReplace(link) && (
        <Action name="Replace" question="Replace this link?" act={() => sent.replace(link)}>
          Then it opens nothing, and you get another link to the same file, which works as long as this one did.
        </Action>
      )}
    </p>
  )
}

interface ActionProps {
  readonly name: string
  readonly question: string
  readonly children: string
  readonly act: () => Promise<void>
}

function Action({ name, question, children, act }: ActionProps) {
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
        title={question}
        answers={[
          ['Keep it', () => undefined],
          [`${name} it`, confirm],
        ]}
      >
        {children}
      </Question>
    </>
  )
}
