import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../../shared/time.ts'
import type { Signals, Ports } from '../ports/ports.ts'

const { stderr, stdout } = process

/** What shells give for a process that SIGPIPE ended: 128 and its number (POSIX, "Shell Command Language", 2.8.2). */
const brokenPipe = 141

/**
 * Standard output for outcomes, standard error for all else. When nobody reads the outcomes any more, the process ends and
 * says nothing, as other programs do: what would be done yet could not be told, such as links that are issued.
 */
export function screen(): Pick<Ports, 'print' | 'info' | 'progress'> {
  // Each write is told by itself; unheard, these would end the process with a stack trace.
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
  return {
    print: line => void stdout.write(`${line}\n`, error => void (error instanceof Error && end(error))),
    info: line => void stderr.write(`${line}\n`),
    // Back to the start of the line, and clear what is left of the one before (ECMA-48, CR and EL).
    progress: stderr.isTTY ? line => void stderr.write(`\r${line}\u001b[K`) : undefined,
  }
}

function end(error: Error): never {
  if ('code' in error && error.code === 'EPIPE') process.exit(brokenPipe)
  stderr.write(`standard output can't be written: ${error.message}\n`)
  process.exit(2)
}

/** By Ctrl-C, and by whoever ends processes. Not SIGHUP: nohup has it ignored, and to heed it would undo that. */
const names = ['SIGINT', 'SIGTERM'] as const

/** The signals of this process. */
export function interrupts(): Signals & { reraise(): void } {
  let caught: NodeJS.Signals | undefined
  return {
    abortOnInterrupt() {
      const controller = new AbortController()
      for (const name of names) {
        process.once(name, () => {
          // Heard once: the next one does what signals do.
          for (const each of names) process.removeAllListeners(each)
          caught = name
          controller.abort(new Error('interrupted'))
        })
      }
      return controller.signal
    },
    /** Ends the process as the signal would have, so that a shell knows and stops its script. */
    reraise() {
      if (caught !== undefined) process.kill(process.pid, caught)
    },
  }
}

/** The folder of our package.json. */
const root = join(import.meta.dirname, '../..')

/**
 * `npm run once` runs in the folder of our package.json and leaves where it was called in INIT_CWD (npm, "npm run"): names
 * of files are meant from there. Scripts of other packages that run us stand where they want to.
 */
export function restoreWorkingDirectory(): void {
  const { INIT_CWD: folder, npm_package_name: name } = process.env
  if (folder !== undefined && name === 'once-at-edge' && process.cwd() === root) process.chdir(folder)
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }
