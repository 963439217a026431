import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of the bench that answers what it is asked, one at a time. */
export interface Child<Question, Answer> {
  readonly pid: number
  /** Rejects when it ends first, or takes longer than `limitMs`. */
  ask(question: Question, limitMs?: number): Promise<Answer>
  /** Ends it, and resolves when it has ended. */
  close(): Promise<void>
}

/** Longest that anything asked of a child may take, in milliseconds. */
const defaultLimitMs = 120_000

/**
 * Runs `file` with this Node.js, without flags, with `env` alone for an environment. Its output goes nowhere: it is
 * measured, not read. Resolves when it has said anything.
 */
export async function startChild<Question, Answer>(
  file: string,
  { args = [], env }: { args?: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<Child<Question, Answer>> {
  const child = fork(file, [...args], { execArgv: [], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const close = endingWithBench(child)
  await nextMessage(child, defaultLimitMs)
  return {
    pid: child.pid ?? 0,
    ask(question, limitMs = defaultLimitMs) {
      const answer = nextMessage(child, limitMs)
      child.send(question as object)
      return answer as Promise<Answer>
    },
    close,
  }
}

/** Has a process end with this one, whatever ends this one. Gives what ends it before, and resolves when it has ended. */
export function endingWithBench(child: ChildProcess): () => Promise<void> {
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  return async () => {
    process.off('exit', kill)
    if (child.exitCode !== null || child.signalCode !== null) return
    kill()
    await once(child, 'exit')
  }
}

/** The next thing a child says. */
async function nextMessage(child: ChildProcess, limitMs: number): Promise<unknown> {
  const listening = new AbortController()
  const signal = AbortSignal.any([listening.signal, AbortSignal.timeout(limitMs)])
  try {
    const gone = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`a process of the bench ended: ${String(code ?? by)}`)
    })
    const [message] = (await Promise.race([once(child, 'message', { signal }), gone])) as [unknown]
    return message
  } finally {
    listening.abort()
  }
}
