import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process that answers what it is asked, one question at a time. */
export interface Child<Question, Answer> {
  readonly pid: number
  /** Rejects at once when it has ended or ends first, and when it takes longer than `limitMs`. */
  ask(question: Question, limitMs?: number): Promise<Answer>
  /** Ends it, and resolves when it has ended. */
  close(): Promise<void>
}

/** How to start a process. */
export interface ChildOptions {
  readonly args?: readonly string[]
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Where its standard error goes: to ours, or into the error when it ends too early. @default inherit */
  readonly stderr?: 'inherit' | 'pipe'
}

/** Longest that anything asked of a child may take, in milliseconds. */
const defaultLimitMs = 120_000

/**
 * Runs `file` with this Node.js, without flags. Its standard output goes nowhere: it is measured, not read. Resolves when
 * it has said anything; rejects at once when it ends before.
 */
export async function startChild<Question, Answer>(
  file: string,
  { args = [], env, stderr = 'inherit' }: ChildOptions,
): Promise<Child<Question, Answer>> {
  const child = fork(file, [...args], { execArgv: [], env, stdio: ['ignore', 'ignore', stderr, 'ipc'] })
  const close = endingWithBench(child)
  const ended = whenEnded(child, file)
  await nextMessage(child, ended, defaultLimitMs)
  return {
    pid: child.pid ?? 0,
    ask(question, limitMs = defaultLimitMs) {
      const answer = nextMessage(child, ended, limitMs)
      if (child.connected) child.send(question as object)
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

/** How much of a process's standard error is repeated when it ends, in characters. */
const tailLength = 2000

/**
 * Rejects when a process ends or can't be started, with its exit code or signal and the end of its standard error, if that
 * is piped here. Never resolves: race it against everything that waits for the process. It needs no handler.
 */
export function whenEnded(child: ChildProcess, name: string): Promise<never> {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer | string) => (tail = `${tail}${String(chunk)}`.slice(-tailLength)))
  // What is sent to a process that ended is an error too, and says less.
  for (const pipe of [child, child.stdin]) pipe?.on('error', () => undefined)
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`${name} ended with ${String(code ?? signal)}${tail && `: ${tail}`}`)
  })
  ended.catch(() => undefined)
  return ended
}

/** The next thing a child says. */
async function nextMessage(child: ChildProcess, ended: Promise<never>, limitMs: number): Promise<unknown> {
  const listening = new AbortController()
  const signal = AbortSignal.any([listening.signal, AbortSignal.timeout(limitMs)])
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown]
    return message
  } finally {
    listening.abort()
  }
}
