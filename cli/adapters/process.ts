import type { World } from '../ports/ports.ts'

const { stderr, stdout } = process

/** What shells give for a process that SIGPIPE ended: 128 and its number (POSIX, "Shell Command Language", 2.8.2). */
const brokenPipe = 141

/**
 * Standard output for outcomes, standard error for all else. When nobody reads the outcomes any more, the process ends and
 * says nothing, as other programs do: what would be done yet could not be told, such as links that are issued.
 */
export function screen(): Pick<World, 'say' | 'note' | 'meter'> {
  // Each write is told by itself; unheard, these would end the process with a stack trace.
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
  return {
    say: line => void stdout.write(`${line}\n`, error => void (error instanceof Error && end(error))),
    note: line => void stderr.write(`${line}\n`),
    // Back to the start of the line, and clear what is left of the one before (ECMA-48, CR and EL).
    meter: stderr.isTTY ? line => void stderr.write(`\r${line}\u001b[K`) : undefined,
  }
}

function end(error: Error): never {
  if ('code' in error && error.code === 'EPIPE') process.exit(brokenPipe)
  stderr.write(`standard output can't be written: ${error.message}\n`)
  process.exit(2)
}
