import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Setup } from '../protocol.ts'
import { apiOf } from './api.ts'
import { CreatedLinks } from './created.tsx'
import type { Sent } from './draft.ts'
import { mayLeave } from './effects.ts'
import type { Created } from './links.ts'
import { Session } from './login.ts'
import type { Way } from './options.tsx'
import { SendForm } from './send.tsx'
import { SentLinks } from './sent.tsx'
import { Workshop } from './workshop.tsx'

/** The whole page: what a sender does and, at an emulator, what it does. */
export function App({ setup }: { readonly setup: Setup }) {
  const [, redraw] = useState({})
  const session = useMemo(() => setup.login && new Session(setup.login, () => redraw({})), [])
  // Another person begins with nothing of the one before.
  const key = useMemo(() => crypto.randomUUID(), [session?.token])
  return (
    <>
      <header>
        <h1>Send a file</h1>
        {setup.place !== undefined && <p class="quiet">{setup.place}</p>}
        {session !== undefined && session.state !== 'out' && (
          <p class="person">
            {session.person}{' '}
            <button type="button" onClick={() => mayLeave() && session.logOut()}>
              Log out
            </button>
          </p>
        )}
      </header>
      {session !== undefined && session.state !== 'in' && <LogIn session={session} />}
      {session?.state !== 'out' && <Tabs key={key} {...{ setup, session }} />}
    </>
  )
}

/** The button that logs in, also where a login has ended in the middle. */
function LogIn({ session }: { readonly session: Session }) {
  return (
    <div class="card login" role="alert">
      <p>
        {session.state === 'out'
          ? 'Log in to send files, and to see what became of them.'
          : 'Your login has ended. What you have begun stays here, and goes on when you log in again.'}
      </p>
      {session.problem !== undefined && <p class="error">{session.problem}</p>}
      <button type="button" class="primary" onClick={() => void session.logIn()}>
        Log in
      </button>
    </div>
  )
}

const names = { send: 'Send', sent: 'Sent', workshop: 'Workshop' } as const

type Tab = keyof typeof names

function Tabs({ setup, session }: { readonly setup: Setup; readonly session: Session | undefined }) {
  const api = useMemo(() => apiOf(setup, session), [])
  const [tab, setTab] = useState<Tab>('send')
  const [last, setLast] = useState<{ readonly sent: Sent; readonly way: Way }>()
  const [created, setCreated] = useState<readonly Created[]>([])
  const show = (each: Tab) => {
    if (each !== tab) history.pushState({ tab: each }, '')
    setTab(each)
  }
  // The way back leads from tab to tab, and out of the page from the first.
  useEffect(() => {
    const back = ({ state }: PopStateEvent) => setTab((state as { readonly tab: Tab } | null)?.tab ?? 'send')
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])
  const done = (sent: Sent, way: Way) => {
    setLast({ sent, way })
    // Only the Workshop needs their URLs any longer.
    if (setup.workshop !== undefined) setCreated(before => [...sent.created, ...before])
  }
  const main = useRef<HTMLElement>(null)
  // What had the focus has gone: the button of the login, or that of the links before.
  const focus = () => main.current?.focus({ preventScroll: true })
  useLayoutEffect(() => (session === undefined ? undefined : focus()), [])
  const next = () => {
    setLast(undefined)
    focus()
  }
  const shown = (Object.keys(names) as Tab[]).filter(each => each !== 'workshop' || setup.workshop !== undefined)
  return (
    <main ref={main} tabIndex={-1} data-tab={tab}>
      <nav>
        {shown.map(each => (
          <button type="button" aria-current={each === tab ? 'page' : undefined} onClick={() => show(each)}>
            {names[each]}
          </button>
        ))}
      </nav>
      <div hidden={tab !== 'send'}>
        {last !== undefined && <CreatedLinks {...last} next={next} />}
        <div hidden={last !== undefined}>
          <SendForm api={api} homeRegions={setup.homeRegions} done={done} />
        </div>
      </div>
      <div hidden={tab !== 'sent'}>
        <SentLinks api={api} isOrdered={session !== undefined} isShown={tab === 'sent'} />
      </div>
      {setup.workshop !== undefined && tab === 'workshop' && <Workshop workshop={setup.workshop} created={created} />}
    </main>
  )
}
