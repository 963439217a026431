import type { Interrupts } from '../ports/ports.ts'

/** By Ctrl-C, and by whoever ends processes. Not SIGHUP: nohup has it ignored, and to heed it would undo that. */
const names = ['SIGINT', 'SIGTERM'] as const

/** The signals of this process. */
export function interrupts(): Interrupts & { passOn(): void } {
  let caught: NodeJS.Signals | undefined
  return {
    heed() {
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
    passOn() {
      if (caught !== undefined) process.kill(process.pid, caught)
    },
  }
}
