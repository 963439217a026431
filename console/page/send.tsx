import { useEffect, useRef, useState } from 'preact/hooks'
import { type Client, NoResponseError, ProblemError, type UploadProgress } from '../../client/client.ts'
import { presets } from '../../client/presets.ts'
import { visible } from '../../edge/pages/file.ts'
import type { OptionField } from '../protocol.ts'
import { type Draft, emptyDraft, type Memory, send, type Sent } from './draft.ts'
import { DropField } from './drop-field.tsx'
import { useLeaveQuestion } from './effects.ts'
import { Caption, Field, OptionControl, optionFields, type Way } from './options.tsx'
import { type Progress, ProgressBar } from './progress.tsx'
import { detailOf } from './server.ts'
import { endText } from './words.ts'

/** Props of `SendForm`. */
interface SendProps {
  readonly api: Client
  /** Regions that may be a link's home. */
  readonly homeRegions: readonly string[]
  readonly done: (sent: Sent, way: Way) => void
}

/** Why an attempt failed, for people, and the names of wrong fields. */
interface Problem {
  readonly lines: readonly string[]
  readonly fields: readonly string[]
}

/** Options that are in the form itself, in their order, by their labels there; all others are folded. */
const labels: Readonly<Record<string, string>> = {
  reference: 'For whom?',
  message: 'Message',
  sender: 'From whom?',
  passphrase: 'Passphrase',
  expiresIn: 'Until when?',
  expiresAt: 'Until',
}

/** The form that sends a file: it uploads, and creates a link for each recipient. What is filled in stays until that is done. */
export function SendForm({ api, homeRegions, done }: SendProps) {
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [problem, setProblem] = useState<Problem>()
  const [progress, setProgress] = useState<Progress>()
  const running = useRef<AbortController | undefined>(undefined)
  const memory = useRef<Memory>({ round: crypto.randomUUID() })
  const form = useRef<HTMLFormElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useLeaveQuestion(progress !== undefined)
  // Who logs out ends what is sent.
  useEffect(() => () => running.current?.abort(), [])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (running.current !== undefined || !isValid(form.current)) return
    const { signal } = (running.current = new AbortController())
    setProblem(undefined)
    // The fields are disabled now, and lose it.
    button.current?.focus()
    setProgress({})
    try {
      const onProgress = (upload: UploadProgress) => setProgress({ upload })
      const sent = await send(draft, { api, memory: memory.current, signal, onProgress })
      // The next link has the way and the sender of this one, and nothing else that could be overlooked.
      const { way, values } = draft
      setDraft({ ...emptyDraft, way, values: { sender: values['sender'] ?? '' } })
      done(sent, way)
    } catch (error) {
      setProblem(signal.aborted ? { lines: ['Cancelled.'], fields: [] } : problemOf(error))
    } finally {
      running.current = undefined
      setProgress(undefined)
    }
  }

  const cancel = () => {
    running.current?.abort()
    // The button that was pressed goes away.
    button.current?.focus()
  }
  return (
    <form ref={form} class="send" onSubmit={event => void submit(event)} novalidate>
      <Fields
        {...{ draft, problem, homeRegions }}
        isBusy={progress !== undefined}
        change={part => running.current === undefined && setDraft(before => ({ ...before, ...part }))}
      />
      <p id="problem" class="error" role="alert">
        {problem?.lines.map(line => (
          <span>{visible(line)}</span>
        ))}
      </p>
      {progress !== undefined && <ProgressBar progress={progress} cancel={cancel} />}
      <button ref={button} class="primary" type="submit" aria-disabled={progress !== undefined}>
        {progress === undefined ? 'Create' : 'Creating…'}
      </button>
    </form>
  )
}

/** Whether the browser has nothing against the fields. Otherwise it says what, also of a folded one. */
function isValid(form: HTMLFormElement | null): boolean {
  form?.querySelector('details:has(:invalid)')?.setAttribute('open', '')
  return form?.reportValidity() !== false
}

/** Props of `Fields`. */
interface FieldsProps extends Pick<SendProps, 'homeRegions'> {
  readonly draft: Draft
  readonly problem: Problem | undefined
  readonly isBusy: boolean
  readonly change: (part: Partial<Draft>) => unknown
}

function Fields({ draft, problem, homeRegions, isBusy, change }: FieldsProps) {
  const { values, way } = draft
  const place = useRef<HTMLFieldSetElement>(null)
  useEffect(() => place.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problem])
  const isWrong = (name: string) => problem?.fields.includes(name) === true
  const control = (option: OptionField) => {
    const { name } = option
    const field = { ...option, ...(name === 'homeRegion' && { choices: choicesOf(homeRegions) }) }
    const changeValue = (each: string, value: string | boolean) => change({ values: { ...values, [each]: value } })
    return (
      <OptionControl {...{ field, way, values }} label={labels[name]} isWrong={isWrong(name)} change={changeValue} />
    )
  }
  const isFolded = (name: string) => labels[name] === undefined
  const isShown = ({ name }: OptionField) =>
    !isFolded(name) && name !== 'reference' && (name !== 'expiresAt' || values['expiresIn'] === 'at')
  const order = Object.keys(labels)
  const shown = optionFields.filter(isShown).toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return (
    <fieldset ref={place} class="fields" disabled={isBusy}>
      <DropField picked={draft.picked} change={picked => change({ picked })} />
      <WayField way={way} change={each => change({ way: each })} />
      <Field caption={<Caption name="reference" label="For whom?" hint="a name, or a list: a link for each line" />}>
        <textarea
          id="reference"
          rows={Math.min(8, draft.recipients.split('\n').length)}
          value={draft.recipients}
          aria-invalid={isWrong('reference')}
          aria-describedby="problem"
          onInput={event => change({ recipients: event.currentTarget.value })}
        />
      </Field>
      {shown.map(control)}
      {values['expiresIn'] !== 'at' && <p class="quiet until">Until {endOf(draft)}.</p>}
      <details class="more" open={problem?.fields.some(isFolded) === true}>
        <summary>Options</summary>
        <div class="fields">
          <KeyField {...{ draft, change }} isWrong={isWrong('key')} />
          {optionFields.filter(({ name }) => isFolded(name)).map(control)}
        </div>
      </details>
    </fieldset>
  )
}

/** Says when the link ends, if it is created now. */
function endOf({ values, way }: Draft): string {
  const seconds = Number(values['expiresIn'] ?? presets[way].expiresIn)
  return endText(Date.now() + seconds * 1000)
}

function choicesOf(regions: readonly string[]): Readonly<Record<string, string>> {
  return { '': 'the default', ...Object.fromEntries(regions.map(region => [region, region])) }
}

const ways: Readonly<Record<Way, string>> = { mail: 'Mail', chat: 'Chat', phone: 'Phone', program: 'To a program' }

function WayField({ way, change }: { readonly way: Way; readonly change: (way: Way) => void }) {
  return (
    <fieldset class="ways">
      <legend>How will you send the link?</legend>
      {(Object.keys(ways) as Way[]).map(each => (
        <label>
          <input type="radio" name="way" checked={each === way} onChange={() => change(each)} />
          {ways[each]}
        </label>
      ))}
    </fieldset>
  )
}

/** The field of those who know the bucket: the key of a file in it, or of the upload. */
function KeyField({ draft, change, isWrong }: Pick<FieldsProps, 'draft' | 'change'> & { isWrong: boolean }) {
  const hint = 'of a file that is in the bucket, or gets this key'
  return (
    <>
      <Field caption={<Caption name="key" label="Object key" hint={hint} />}>
        <input
          id="key"
          autocomplete="off"
          spellcheck={false}
          value={draft.key}
          aria-invalid={isWrong}
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
        <Caption name="replace" label="Replace a file of this key" hint="its links still deliver the present version" />
      </p>
    </>
  )
}

function problemOf(error: unknown): Problem {
  if (error instanceof NoResponseError)
    return {
      lines: [`No response: is the network there? “Create” goes on where it broke. (${error.message})`],
      fields: [],
    }
  if (!(error instanceof ProblemError))
    return { lines: [error instanceof Error ? error.message : String(error)], fields: [] }
  const { errors } = error
  const lines = errors.map(({ field, got, allowed }) => `${labelOf(field)}: got ${got}, allowed: ${allowed}`)
  return { lines: lines.length === 0 ? [detailOf(error)] : lines, fields: errors.map(({ field }) => field) }
}

/** A field may be the API's alone. */
function labelOf(name: string): string {
  return labels[name] ?? optionFields.find(each => each.name === name)?.label ?? (name === 'key' ? 'Object key' : name)
}
