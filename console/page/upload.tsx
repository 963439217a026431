import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { visible } from '../../edge/pages/file.ts'
import type { ReceivedState } from '../../shared/schemas/types.ts'
import { ProblemError } from '../../client/client.ts'
import { transportOf } from '../../client/options.ts'
import { receivingWith } from '../../client/received.ts'
import type { Setup } from '../protocol.ts'
import { BrandLine } from './brand-line.tsx'
import { useLeaveQuestion } from './effects.ts'
import { sizeText, timeText } from './formats.ts'
import { LanguageChoice } from './language-choice.tsx'
import { say, texts } from './language.ts'
import { PageError, problemOf } from './problems.ts'
import { type Progress, ProgressBar } from './progress.tsx'
import { Say } from './say.tsx'
import { takesText } from './words.ts'

/** Name under which this tab keeps the token of its upload, so that a reload goes on. */
const tokenName = 'upload'

/** Returns the token of the upload: that of the fragment, which this removes from the address at once, or that of this tab before. */
export function uploadToken(): string | undefined {
  const token = location.hash.slice(1)
  if (token !== '') {
    sessionStorage.setItem(tokenName, token)
    history.replaceState(null, '', location.pathname)
  }
  addEventListener('hashchange', () => location.reload())
  return sessionStorage.getItem(tokenName) ?? undefined
}

/** The page on which a person sends the file that a link takes. */
export function Upload({ setup, token }: { readonly setup: Setup; readonly token: string | undefined }) {
  const [, redraw] = useState({})
  const { brand, api } = setup
  return (
    <>
      <header>
        {brand !== undefined && <BrandLine brand={brand} />}
        <h1>{texts().title}</h1>
        <p class="person">
          <LanguageChoice changed={() => redraw({})} />
        </p>
      </header>
      <main>{token === undefined ? <Said text={texts().upload.lost} /> : <Receiver {...{ api, token }} />}</main>
    </>
  )
}

function Said({ text }: { readonly text: string }) {
  return (
    <p class="card" role="status">
      {text}
    </p>
  )
}

function Receiver({ api, token }: { readonly api: string; readonly token: string }) {
  const receiving = useMemo(() => receivingWith(token, transportOf({ origin: location.origin + api })), [])
  const [state, setState] = useState<ReceivedState>()
  const [failure, setFailure] = useState<unknown>()
  const [progress, setProgress] = useState<Progress>()
  const running = useRef<AbortController>(undefined)
  const button = useRef<HTMLButtonElement>(null)
  useLeaveQuestion(progress !== undefined)
  const look = async () => receiving.state().then(setState, setFailure)
  useEffect(() => void look(), [])

  async function send(file: File): Promise<void> {
    const { signal } = (running.current = new AbortController())
    setFailure(undefined)
    setProgress({})
    try {
      setState(await receiving.send(file, { signal, onProgress: upload => setProgress({ upload }) }))
    } catch (error) {
      setFailure(signal.aborted ? new PageError(() => texts().problems.cancelled) : error)
      // Perhaps another window sends, or the link was withdrawn; or only the response was lost.
      if (!signal.aborted) await receiving.state().then(setState, () => undefined)
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
  const { upload } = texts()
  const refusal = failure instanceof ProblemError ? failure.reason : undefined
  if (refusal === 'upload-token') return <Said text={upload.lost} />
  if (state?.received !== undefined) return <Received state={state} received={state.received} />
  if (state?.state === 'withdrawn') return <Said text={upload.withdrawn} />
  // Without a state, there is a failure to show, with a button that asks again.
  if (state !== undefined && hasEnded(state)) return <Said text={upload.ended} />
  return (
    <>
      <div class="send">
        {state !== undefined && <Asked state={state} />}
        {state?.state === 'completing' && progress === undefined && <p role="status">{upload.unsure}</p>}
        {state !== undefined && <FileForm {...{ state, button, send }} isBusy={progress !== undefined} />}
        <p id="problem" class="error" role="alert">
          {failure !== undefined && textOf(failure)}
        </p>
        {progress !== undefined && <ProgressBar progress={progress} cancel={cancel} />}
        {state === undefined && failure !== undefined && (
          <button type="button" onClick={() => (setFailure(undefined), void look())}>
            {upload.again}
          </button>
        )}
      </div>
    </>
  )
}

const hasEnded = ({ endsAt }: ReceivedState) => Date.parse(endsAt) <= Date.now()

/** Says who asks for what, how large it may be and until when. */
function Asked({ state: asked }: { readonly state: ReceivedState }) {
  const { upload } = texts()
  const { sender } = asked
  return (
    <div>
      <p>{sender === undefined ? upload.asked : <Say text={upload.askedBy} sender={sender} />}</p>
      <p class="quiet">
        {takesText(asked)} {say(upload.until, { time: timeText(asked.endsAt) })}
      </p>
    </div>
  )
}

interface FormProps {
  readonly state: ReceivedState
  readonly isBusy: boolean
  readonly button: { current: HTMLButtonElement | null }
  readonly send: (file: File) => Promise<void>
}

/** The field for the one file, and the button that sends it. */
function FileForm({ state, isBusy, button, send }: FormProps) {
  const { upload } = texts()
  const [file, setFile] = useState<File>()
  const [wrong, setWrong] = useState<() => string>()
  const open = state.upload
  const choose = ({ currentTarget: { files } }: { readonly currentTarget: HTMLInputElement }) => {
    const [chosen] = files ?? []
    setFile(chosen)
    setWrong(() => (chosen && chosen.size > state.maxBytes ? () => tooLarge(state.maxBytes) : undefined))
  }
  const submit = (event: Event) => {
    event.preventDefault()
    if (isBusy || wrong !== undefined) return
    if (file === undefined) return setWrong(() => () => texts().upload.choose)
    // The field is disabled now, and loses it.
    button.current?.focus()
    void send(file)
  }
  return (
    <form class="send" onSubmit={submit} novalidate>
      {open !== undefined && !isBusy && (
        <p role="status">
          <Say text={upload.goesOn} name={open.filename} />
        </p>
      )}
      <div class="field">
        <label for="file">{upload.file}</label>
        <input
          id="file"
          type="file"
          disabled={isBusy}
          accept={state.types?.join()}
          aria-invalid={wrong !== undefined}
          aria-describedby="wrong"
          onChange={choose}
        />
      </div>
      <p id="wrong" class="error" role="alert">
        {wrong?.()}
      </p>
      <button ref={button} class="primary" type="submit" aria-disabled={isBusy}>
        {isBusy ? upload.sending : upload.send}
      </button>
    </form>
  )
}

const tooLarge = (max: number) => say(texts().upload.tooLarge, { size: sizeText(max) })

/** Says that the file has arrived, and with whom. */
function Received({
  state: { sender },
  received: { filename, bytes, at },
}: {
  readonly state: ReceivedState
  readonly received: NonNullable<ReceivedState['received']>
}) {
  const { upload } = texts()
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus({ preventScroll: true }), [])
  return (
    <section class="card">
      <h2 ref={title} tabIndex={-1}>
        {sender === undefined ? upload.received : <Say text={upload.receivedBy} sender={sender} />}
      </h2>
      <p>
        <bdi>{visible(filename)}</bdi> · {sizeText(bytes)} · {timeText(at)}
      </p>
      <p class="quiet">{upload.closable}</p>
    </section>
  )
}

/** Returns what a person reads of a failure. */
function textOf(failure: unknown): string {
  const { upload } = texts()
  const { reason = '', errors = [] } = failure instanceof ProblemError ? failure : {}
  const [field] = errors
  if (reason === 'invalid-fields' && field?.field === 'type') return say(upload.wrongType, { types: field.allowed })
  const own = { 'no-such-upload': upload.otherTab, 'upload-limit': upload.tooMuch, 'upload-ended': upload.ended }
  return own[reason as keyof typeof own] ?? problemOf(failure).lines.join(' ')
}
