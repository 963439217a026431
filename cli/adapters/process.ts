import { uptime } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CliPorts } from '../ports/ports.ts'
import type { Processes, Signals } from '../ports/machine.ts'

const { stderr, stdout } = process

/** Exit status of a process that SIGPIPE ended: 128 and the signal's number (POSIX, "Shell Command Language", 2.8.2). */
const brokenPipe = 141

/**
 * Prints results to standard output and everything else to standard error. If the reader of the results goes away, ends the
 * process without a message, as other programs do: further results, such as new links, could not be printed.
 */
export function screen(): Pick<CliPorts, 'print' | 'info' | 'progress' | 'ask'> {
  // Each write reports its own error. Without these listeners, the events would end the process with a stack trace.
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
  return {
    print: line => void stdout.write(`${line}\n`, error => void (error instanceof Error && end(error))),
    info: line => void stderr.write(`${line}\n`),
    // Returns to the start of the line, and clears the rest of the previous text (ECMA-48, CR and EL).
    // A longer line would go on in the next one, and stay there.
    progress: stderr.isTTY
      ? line =>
          void stderr.write(
            `\r${Array.from(line)
              .slice(0, (stderr.columns || 80) - 1)
              .join('')}\u001b[K`,
          )
      : undefined,
    ask: process.stdin.isTTY && stderr.isTTY ? ask : undefined,
  }
}

async function ask(question: string, shown?: 'hidden'): Promise<string> {
  const output = shown === 'hidden' ? new Writable({ write: (_, __, done) => done() }) : stderr
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const interrupted = new AbortController()
  // While a line is edited, Ctrl-C is a character, and no signal reaches this process.
  terminal.once('SIGINT', () => {
    process.emit('SIGINT')
    interrupted.abort(new Error('interrupted'))
  })
  terminal.once('close', () => interrupted.abort(new Error('Ctrl-D')))
  if (shown === 'hidden') stderr.write(`${question} `)
  try {
    return await terminal.question(`${question} `, { signal: interrupted.signal })
  } finally {
    terminal.close()
    if (shown === 'hidden') stderr.write('\n')
  }
}

function end(error: Error): never {
  if ('code' in error && error.code === 'EPIPE') process.exit(brokenPipe)
  stderr.write(`can't write to standard output: ${error.message}\n`)
  process.exit(2)
}

/** Sent by Ctrl-C, and to end a process. Not SIGHUP: nohup ignores it, and a listener would undo that. */
const names = ['SIGINT', 'SIGTERM'] as const

/** Interrupts of this process. */
export function interrupts(): Signals & { reraise(): void } {
  let caught: NodeJS.Signals | undefined
  return {
    abortOnInterrupt() {
      const controller = new AbortController()
      for (const name of names) {
        process.once(name, () => {
          // Without listeners, the next signal ends the process.
          for (const each of names) process.removeAllListeners(each)
          caught = name
          controller.abort(new Error('interrupted'))
        })
      }
      return controller.signal
    },
    /** If there was an interrupt, ends the process by its signal, so that a shell stops its script. */
    reraise() {
      if (caught !== undefined) process.kill(process.pid, caught)
    },
  }
}

/** This process and others of its user. */
export const processes: Processes = {
  pid: process.pid,
  isRunning(pid, since) {
    // This process asks, so its id was another's before. A container often gives each process the same one.
    if (pid === process.pid || since < Date.now() - uptime() * 1000) return false
    try {
      return process.kill(pid, 0)
    } catch {
      // There is none, or it belongs to another user.
      return false
    }
  },
}

/** The folder of this package.json. */
const root = join(import.meta.dirname, '../..')

/**
 * Changes to the folder in which the user called `npm run once`, so that file names are relative to it. npm changes to the
 * folder of package.json and sets INIT_CWD (npm, "npm run"). Scripts of other packages keep their folder.
 */
export function restoreWorkingDirectory(): void {
  const { INIT_CWD: folder, npm_package_name: name } = process.env
  if (folder !== undefined && name === 'once-at-edge' && process.cwd() === root) process.chdir(folder)
}
