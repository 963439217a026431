import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Setup } from '../protocol.ts'
import { apiOf } from './api.ts'
import { BrandLine } from './brand-line.tsx'
import { CreatedLinks } from './created.tsx'
import type { Sent } from './draft.ts'
import { mayLeave } from './effects.ts'
import { LanguageChoice } from './language-choice.tsx'
import { texts } from './language.ts'
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
  const { login, local } = texts()
  const { brand, workshop, place = workshop && local } = setup
  return (
    <>
      <header>
        {brand !== undefined && <BrandLine brand={brand} />}
        <h1>{texts().title}</h1>
        {place !== undefined && <p class="quiet">{place}</p>}
        <p class="person">
          {session !== undefined && session.state !== 'out' && (
            <>
              {session.person}{' '}
              <button type="button" onClick={() => mayLeave() && session.logOut()}>
                {login.out}
              </button>
            </>
          )}
          <LanguageChoice changed={() => redraw({})} />
        </p>
      </header>
      {session !== undefined && session.state !== 'in' && <LogIn session={session} />}
      {session?.state !== 'out' && <Tabs key={key} {...{ setup, session }} />}
    </>
  )
}

/** The button that logs in, also where a login has ended in the middle. */
function LogIn({ session }: { readonly session: Session }) {
  const { login } = texts()
  return (
    <div class="card login" role="alert">
      <p>{session.state === 'out' ? login.first : login.again}</p>
      {session.problem !== undefined && <p class="error">{session.problem()}</p>}
      <button type="button" class="primary" onClick={() => void session.logIn()}>
        {login.in}
      </button>
    </div>
  )
}

const tabs = ['send', 'sent', 'workshop'] as const

type Tab = (typeof tabs)[number]

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
  const [lists, setLists] = useState<readonly (readonly string[])[]>([])
  const done = (sent: Sent, way: Way) => {
    setLast({ sent, way })
    setLists([...lists, sent.created.map(({ id }) => id)])
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
  // The Workshop is for developers, in English.
  const names = { ...texts().tabs, workshop: 'Workshop' }
  const shown = tabs.filter(each => each !== 'workshop' || setup.workshop !== undefined)
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
          <SendForm {...{ api, setup, done }} person={session?.person} />
        </div>
      </div>
      <div hidden={tab !== 'sent'}>
        <SentLinks api={api} isOrdered={session !== undefined} isShown={tab === 'sent'} lists={lists} />
      </div>
      {setup.workshop !== undefined && tab === 'workshop' && <Workshop workshop={setup.workshop} created={created} />}
    </main>
  )
}
