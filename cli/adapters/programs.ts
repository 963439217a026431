import { spawn } from 'node:child_process'
import type { Programs } from '../ports/machine.ts'

const timeoutMs = 60_000
const maxOutput = 16 * 1024

/** Programs on the PATH. */
export const programs: Programs = {
  run: (name, args, { input, signal }) =>
    new Promise((resolve, reject) => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'ignore'], signal: bounded })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => void (output = (output + text).slice(0, maxOutput)))
      child.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve(undefined) : reject(error),
      )
      child.once('close', code => resolve({ code: code ?? 1, output }))
      // A program that ends before it has read all of it.
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    }),
}
