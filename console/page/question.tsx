import type { ComponentChildren, RefObject } from 'preact'
import { useId } from 'preact/hooks'

/** Props of `Question`. */
export interface QuestionProps {
  /** Shows it, with `showModal`. */
  readonly dialog: RefObject<HTMLDialogElement | null>
  readonly title: string
  readonly children: ComponentChildren
  /** What people can answer, and what comes of it. The first one has the focus. */
  readonly answers: readonly (readonly [name: string, act: () => void])[]
}

/** A question in a dialog, which each answer closes. */
export function Question({ dialog, title, children, answers }: QuestionProps) {
  const id = useId()
  const close = (act: () => void) => {
    dialog.current?.close()
    act()
  }
  return (
    <dialog ref={dialog} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p>{children}</p>
      <p class="actions">
        {answers.map(([name, act], index) => (
          <button type="button" class={index > 0 ? 'primary' : ''} onClick={() => close(act)}>
            {name}
          </button>
        ))}
      </p>
    </dialog>
  )
}
