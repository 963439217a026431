import { useEffect, useRef } from 'preact/hooks'
import { texts } from './language.ts'

/** Calls `task` now and then every so many milliseconds while the page is seen; `undefined` stops it, a new `cause` begins again. */
export function useRepeat(task: () => Promise<void>, everyMs: number | undefined, cause?: unknown): void {
  const latest = useRef(task)
  latest.current = task
  const running = useRef<Promise<void>>(undefined)
  useEffect(() => {
    if (everyMs === undefined) return undefined
    const run = () => {
      if (running.current !== undefined || document.visibilityState === 'hidden') return
      running.current = latest.current().finally(() => (running.current = undefined))
    }
    void (running.current ?? Promise.resolve()).then(run)
    const timer = setInterval(run, everyMs)
    return () => clearInterval(timer)
  }, [everyMs, cause])
}

/** How many parts of the page would lose something. */
let losing = 0

/** Asks before the page is left, while it would lose something. */
export function useLeaveQuestion(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return undefined
    losing += 1
    const ask = (event: Event) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => {
      losing -= 1
      removeEventListener('beforeunload', ask)
    }
  }, [isBusy])
}

/** Whether a person may be logged out: asks what the browser asks before the page is left. */
export function mayLeave(): boolean {
  return losing === 0 || confirm(texts().login.leave)
}
