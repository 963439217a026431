import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process that answers one question at a time. */
export interface Child<Question, Answer> {
  readonly pid: number
  /** Rejects at once if the process has ended or ends first, and if the answer takes longer than `limitMs` milliseconds. */
  ask(question: Question, limitMs?: number): Promise<Answer>
  /** Ends the process, and resolves when it has ended. */
  close(): Promise<void>
}

/** How to start a process. */
export interface ChildOptions {
  readonly args?: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  /** Whether its standard error goes to ours, or into the error if it ends too early. @default inherit */
  readonly stderr?: 'inherit' | 'pipe'
}

/** Default timeout of a child's start and of its answers, in milliseconds. */
const defaultLimitMs = 120_000

/**
 * Runs `file` with this Node.js, without flags. Drops its standard output. Resolves after its first message; rejects at
 * once if it ends before.
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

/** Ends a process when this one exits. Returns a function that ends it earlier, and resolves when it has ended. */
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

/** How much of a process's standard error its error message contains, in characters. */
const tailLength = 2000

/**
 * Rejects when a process ends or fails to start, with its exit code or signal and the end of its standard error, if that
 * is piped here. Never resolves: race it against everything that awaits the process. Needs no handler.
 */
export function whenEnded(child: ChildProcess, name: string): Promise<never> {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer | string) => (tail = `${tail}${String(chunk)}`.slice(-tailLength)))
  // Sending to an ended process also fails, but with a less useful error.
  for (const pipe of [child, child.stdin]) pipe?.on('error', () => undefined)
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`${name} ended with ${String(code ?? signal)}${tail && `: ${tail}`}`)
  })
  ended.catch(() => undefined)
  return ended
}

/** Returns a child's next message. */
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
