import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Client, ProblemError } from '../../client/client.ts'
import { presets } from '../../client/presets.ts'
import { visible } from '../../edge/pages/file.ts'
import { parseSender } from '../../shared/texts/plain-text.ts'
import { type OptionField, settingOptions, type Setup } from '../protocol.ts'
import { type Draft, emptyDraft, type Memory, send, type Sent } from './draft.ts'
import { useLeaveQuestion } from './effects.ts'
import { FileFields, KeyField } from './file-fields.tsx'
import { Caption, Field, localTime, OptionControl, optionFields, RadioField, type Way } from './options.tsx'
import { timeText } from './formats.ts'
import { say, texts } from './language.ts'
import { PageError, type Problem, problemOf } from './problems.ts'
import { CheckLines, type Progress, ProgressBar } from './progress.tsx'
import { CountQuestion, linesIn, namesIn } from './recipients.tsx'

/** Props of `SendForm`. */
interface SendProps {
  readonly api: Client
  readonly setup: Setup
  /** Name of the person who is logged in. @default none is known */
  readonly person: string | undefined
  readonly done: (sent: Sent, way: Way) => void
}

/** Fields that are in the form itself, options in their order; all others are folded. */
const inForm: readonly string[] = [
  'upload.maxBytes',
  'reference',
  'message',
  'sender',
  'passphrase',
  'expiresIn',
  'expiresAt',
  'remindAt',
  'deleteFile',
]

/**
 * The form that sends a file, or asks for one: it uploads, and creates a link for each recipient. What is filled in stays until that is
 * done.
 */
export function SendForm({ api, setup, person = '', done }: SendProps) {
  const isSenderFixed = setup.login?.isSenderFixed === true
  const name = isSenderFixed ? '' : (parseSender(person) ?? '')
  const [draft, setDraft] = useState<Draft>({ ...emptyDraft, values: { sender: name } })
  const form = useRef<HTMLFormElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const question = useRef<HTMLDialogElement>(null)
  // The recipients of whom the sender has said how many they are.
  const counted = useRef('')
  const { problem, progress, running, start } = useSending({ api, name }, (sent, { asks, way, values }) => {
    // The next link has the purpose, the way and the sender of this one, and nothing else that could be overlooked.
    setDraft({ ...emptyDraft, asks, way, values: { sender: values['sender'] ?? '' } })
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
        {...{ draft, problem, isSenderFixed }}
        setup={setup}
        isBusy={progress !== undefined}
        change={part => running.current === undefined && setDraft(before => ({ ...before, ...part }))}
      />
      <ProblemLines problem={problem} />
      <CheckLines progress={progress} />
      {progress !== undefined && <ProgressBar progress={progress} cancel={cancel} />}
      <button ref={button} class="primary" type="submit" aria-disabled={progress !== undefined}>
        {progress === undefined
          ? say(texts().form.create, { count: Math.max(1, linesIn(draft.recipients).length) })
          : texts().form.creating}
      </button>
      <CountQuestion dialog={question} recipients={draft.recipients} count={count} />
    </form>
  )
}

function ProblemLines({ problem }: { readonly problem: Problem | undefined }) {
  return (
    <p id="problem" class="error" role="alert">
      {problem?.lines.map(line => (
        <span>{visible(line)}</span>
      ))}
    </p>
  )
}

/** Whether the API refused this field, perhaps among others. */
function isRefusalOf(field: string, failure: unknown): boolean {
  return failure instanceof ProblemError && failure.errors.some(each => each.field === field)
}

/** Sends drafts, one at a time; `running` aborts. `name` is the sender that the page has filled in. */
function useSending({ api, name }: { api: Client; name: string }, done: (sent: Sent, draft: Draft) => void) {
  const [failure, setFailure] = useState<unknown>()
  const [progress, setProgress] = useState<Progress>()
  const running = useRef<AbortController | undefined>(undefined)
  const memory = useRef<Memory>({ round: crypto.randomUUID() })
  // While a file is being checked, only what is filled in would be lost.
  useLeaveQuestion(progress !== undefined && progress.check === undefined)
  // A logout ends what is being sent.
  useEffect(() => () => running.current?.abort(), [])

  async function start(draft: Draft): Promise<void> {
    const { signal } = (running.current = new AbortController())
    setFailure(undefined)
    setProgress({})
    try {
      const attempt = { api, memory: memory.current, signal, onProgress: setProgress }
      let sending = draft
      const sent = await send(draft, attempt).catch((error: unknown) => {
        // Only the API knows whether this person may name a sender.
        if (!isRefusalOf('sender', error) || draft.values['sender'] !== name) throw error
        sending = { ...draft, values: { ...draft.values, sender: '' } }
        return send(sending, attempt)
      })
      done(sent, sending)
    } catch (error) {
      setFailure(signal.aborted ? new PageError(() => texts().problems.cancelled) : error)
    } finally {
      running.current = undefined
      setProgress(undefined)
    }
  }
  // In the language of the moment.
  const problem = useMemo(() => (failure === undefined ? undefined : problemOf(failure)), [failure, texts()])
  return { problem, progress, running, start }
}

/** Whether the browser has nothing against the fields. Otherwise it says what, also of a folded one. */
function isValid(form: HTMLFormElement | null): boolean {
  form?.querySelector('details:has(:invalid)')?.setAttribute('open', '')
  return form?.reportValidity() !== false
}

/** Props of `Fields`. */
interface FieldsProps {
  readonly setup: Setup
  readonly draft: Draft
  readonly problem: Problem | undefined
  readonly isBusy: boolean
  readonly isSenderFixed: boolean
  readonly change: (part: Partial<Draft>) => unknown
}

function Fields({ draft, problem, setup, isBusy, isSenderFixed, change }: FieldsProps) {
  const { form } = texts()
  const { asks, values, way } = draft
  const place = useRef<HTMLFieldSetElement>(null)
  useEffect(() => place.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problem])
  const end = values['expiresIn'] === 'at' ? String(values['expiresAt'] ?? '') : localTime(endOf(draft))
  const isWrong = (name: string) => problem?.fields.includes(name) === true
  const control = (option: OptionField) => {
    const { name } = option
    const field = { ...option, ...(name === 'homeRegion' && { choices: ['', ...setup.homeRegions] }) }
    const changeValue = (each: string, value: string | boolean) => change({ values: { ...values, [each]: value } })
    return (
      <OptionControl
        {...{ field, way, values }}
        latest={name === 'notBefore' ? end : problem?.latest && localTime(Date.parse(problem.latest))}
        isWrong={isWrong(name)}
        label={asks && name === 'sender' ? form.who : undefined}
        change={changeValue}
      />
    )
  }
  // A mail may be overlooked; who sends a link another way mostly asks.
  const isFolded = (name: string) => !inForm.includes(name) || (name === 'remindAt' && way !== 'mail')
  const offered = offeredBy(setup, asks)
  const isShown = ({ name }: OptionField) =>
    !isFolded(name) &&
    name !== 'reference' &&
    !(name === 'sender' && isSenderFixed) &&
    (name !== 'expiresAt' || values['expiresIn'] === 'at')
  const shown = offered.filter(isShown).toSorted((a, b) => inForm.indexOf(a.name) - inForm.indexOf(b.name))
  return (
    <fieldset ref={place} class="fields" disabled={isBusy}>
      <FileFields {...{ draft, setup, change, isWrong }} />
      <RadioField
        name="way"
        legend={form.ways}
        choices={form.way}
        chosen={way}
        change={each => change({ way: each })}
      />
      <RecipientsField {...{ draft, change }} isWrong={isWrong('reference')} />
      {shown.map(control)}
      {values['expiresIn'] !== 'at' && <p class="quiet until">{say(form.until, { time: timeText(endOf(draft)) })}</p>}
      {isSenderFixed && <p class="quiet">{form.senderOfLogin}</p>}
      <details class="more" open={problem?.fields.some(isFolded) === true}>
        <summary>{form.more}</summary>
        <div class="fields">
          {!asks && <KeyField {...{ draft, change, isWrong }} />}
          {offered.filter(({ name }) => isFolded(name)).map(control)}
        </div>
      </details>
    </fieldset>
  )
}

/** Returns the fields of the options that a deployment has, for links that give a file or ask for one. */
function offeredBy({ withSetting = [] }: Setup, asks: boolean): readonly OptionField[] {
  return optionFields(asks).filter(
    ({ name }) => !(name in settingOptions) || (withSetting as readonly string[]).includes(name),
  )
}

/** Returns when the link ends, in epoch milliseconds, if it is created now and works for a time. */
function endOf({ values, way }: Draft): number {
  return Date.now() + Number(values['expiresIn'] ?? presets[way].expiresIn) * 1000
}

/** The field for a name, or for a list of them. */
function RecipientsField({ draft, change, isWrong }: Pick<FieldsProps, 'draft' | 'change'> & { isWrong: boolean }) {
  const { form, options } = texts()
  const { label, hint } = options.reference
  return (
    <Field caption={<Caption name="reference" label={draft.asks ? form.whom : label} hint={hint} />}>
      <textarea
        id="reference"
        rows={Math.min(8, draft.recipients.split('\n').length)}
        value={draft.recipients}
        aria-invalid={isWrong}
        aria-describedby="problem"
        onInput={event => change({ recipients: event.currentTarget.value })}
      />
    </Field>
  )
}
