import type { Setup } from '../protocol.ts'
import type { Draft } from './draft.ts'
import { DropField } from './drop-field.tsx'
import { sizeText } from './formats.ts'
import { texts } from './language.ts'
import { Caption, Field, RadioField } from './options.tsx'

// The fields for the file of a link.

/** Props of the fields for a file. */
interface FileProps {
  readonly draft: Draft
  readonly change: (part: Partial<Draft>) => unknown
  /** Whether the API refused the field of this name. */
  readonly isWrong: (name: string) => boolean
}

/** What the link gives or, where the deployment has links that take a file, asks for. */
export function FileFields({ setup, ...props }: FileProps & { readonly setup: Setup }) {
  const { form } = texts()
  const { draft, change } = props
  const { asks, picked } = draft
  return (
    <>
      {setup.withSetting?.includes('upload') && (
        <RadioField
          name="purpose"
          legend={form.purposes}
          choices={form.purpose}
          chosen={asks ? 'ask' : 'send'}
          change={purpose => change({ asks: purpose === 'ask' })}
        />
      )}
      {asks ? <AskFields {...props} /> : <DropField picked={picked} change={added => change({ picked: added })} />}
    </>
  )
}

/** Sizes of the largest file, in bytes. */
const sizes = [10_000_000, 100_000_000, 1_000_000_000, 5_000_000_000]

/** The fields of a file that a link asks for: how large it may be, and of which kind. */
function AskFields({ draft: { maxBytes, types }, change, isWrong }: FileProps) {
  const { form } = texts()
  return (
    <>
      <Field caption={<Caption name="maxBytes" {...form.maxBytes} />}>
        <select
          id="maxBytes"
          value={maxBytes}
          aria-invalid={isWrong('upload.maxBytes')}
          aria-describedby="problem"
          onChange={event => change({ maxBytes: Number(event.currentTarget.value) })}
        >
          {sizes.map(size => (
            <option value={size}>{sizeText(size)}</option>
          ))}
        </select>
      </Field>
      <Field caption={<Caption name="types" {...form.types} />}>
        <select id="types" value={types} onChange={event => change({ types: event.currentTarget.value })}>
          {Object.entries(form.types.choices ?? {}).map(([kind, text]) => (
            <option value={kind}>{text}</option>
          ))}
        </select>
      </Field>
    </>
  )
}

/** The field of those who know the bucket: the key of a file in it, or of the upload. */
export function KeyField({ draft, change, isWrong }: FileProps) {
  const { form } = texts()
  return (
    <>
      <Field caption={<Caption name="key" {...form.key} />}>
        <input
          id="key"
          autocomplete="off"
          spellcheck={false}
          value={draft.key}
          aria-invalid={isWrong('key')}
          aria-describedby="problem"
          onInput={event => change({ key: event.currentTarget.value })}
        />
      </Field>
      <p class="check" hidden={draft.key === '' || draft.picked.length === 0}>
        <input
          id="replace"
          type="checkbox"
          checked={draft.replace}
          onChange={event => change({ replace: event.currentTarget.checked })}
        />
        <Caption name="replace" {...form.replace} />
      </p>
    </>
  )
}
