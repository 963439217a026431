import { useEffect, useRef, useState } from 'preact/hooks'
import type { Client, UploadProgress } from '../../client/client.ts'
import { presets } from '../../client/presets.ts'
import { visible } from '../../edge/pages/file.ts'
import type { OptionField } from '../protocol.ts'
import { type Draft, emptyDraft, type Memory, send, type Sent } from './draft.ts'
import { DropField } from './drop-field.tsx'
import { useLeaveQuestion } from './effects.ts'
import { Caption, Field, localTime, OptionControl, optionFields, type Way } from './options.tsx'
import { type Problem, problemOf, said } from './problems.ts'
import { type Progress, ProgressBar } from './progress.tsx'
import { CountQuestion, linesIn, namesIn } from './recipients.tsx'
import { endText } from './words.ts'

/** Props of `SendForm`. */
interface SendProps {
  readonly api: Client
  /** Regions that may be a link's home. */
  readonly homeRegions: readonly string[]
  readonly done: (sent: Sent, way: Way) => void
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
  const form = useRef<HTMLFormElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const question = useRef<HTMLDialogElement>(null)
  // The recipients of whom the sender has said how many they are.
  const counted = useRef('')
  const { problem, progress, running, start } = useSending(api, (sent, { way, values }) => {
    // The next link has the way and the sender of this one, and nothing else that could be overlooked.
    setDraft({ ...emptyDraft, way, values: { sender: values['sender'] ?? '' } })
    done(sent, way)
  })
  const focus = () => button.current?.focus()

  function submit(event: Event): void {
    event.preventDefault()
    if (running.current !== undefined || !isValid(form.current)) return
    const { recipients } = draft
    const isOpen = recipients !== counted.current && linesIn(recipients).some(line => namesIn(line).length > 1)
    if (isOpen) return question.current?.showModal()
    // The fields are disabled now, and lose it.
    focus()
    void start(draft)
  }

  function count(recipients: readonly string[]): void {
    counted.current = recipients.join('\n')
    const next = { ...draft, recipients: counted.current }
    setDraft(next)
    focus()
    void start(next)
  }

  const cancel = () => {
    running.current?.abort()
    // The button that was pressed goes away.
    focus()
  }
  return (
    <form ref={form} class="send" onSubmit={submit} novalidate>
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
      <CountQuestion dialog={question} recipients={draft.recipients} count={count} />
    </form>
  )
}

/** Sends drafts, one at a time; `running` aborts. */
function useSending(api: Client, done: (sent: Sent, draft: Draft) => void) {
  const [problem, setProblem] = useState<Problem>()
  const [progress, setProgress] = useState<Progress>()
  const running = useRef<AbortController | undefined>(undefined)
  const memory = useRef<Memory>({ round: crypto.randomUUID() })
  useLeaveQuestion(progress !== undefined)
  // A logout ends what is being sent.
  useEffect(() => () => running.current?.abort(), [])

  async function start(draft: Draft): Promise<void> {
    const { signal } = (running.current = new AbortController())
    setProblem(undefined)
    setProgress({})
    try {
      const onProgress = (upload: UploadProgress) => setProgress({ upload })
      done(await send(draft, { api, memory: memory.current, signal, onProgress }), draft)
    } catch (error) {
      setProblem(signal.aborted ? { lines: [said.cancelled], fields: [] } : problemOf(error))
    } finally {
      running.current = undefined
      setProgress(undefined)
    }
  }
  return { problem, progress, running, start }
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
  const end = values['expiresIn'] === 'at' ? String(values['expiresAt'] ?? '') : localTime(endOf(draft))
  const isWrong = (name: string) => problem?.fields.includes(name) === true
  const control = (option: OptionField) => {
    const { name } = option
    const field = { ...option, ...(name === 'homeRegion' && { choices: choicesOf(homeRegions) }) }
    const changeValue = (each: string, value: string | boolean) => change({ values: { ...values, [each]: value } })
    return (
      <OptionControl
        {...{ field, way, values }}
        label={labels[name]}
        latest={name === 'notBefore' ? end : problem?.latest && localTime(Date.parse(problem.latest))}
        isWrong={isWrong(name)}
        change={changeValue}
      />
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
      {values['expiresIn'] !== 'at' && <p class="quiet until">Until {endText(endOf(draft))}.</p>}
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

/** Returns when the link ends, in epoch milliseconds, if it is created now and works for a time. */
function endOf({ values, way }: Draft): number {
  return Date.now() + Number(values['expiresIn'] ?? presets[way].expiresIn) * 1000
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
