import { type ChildProcess, spawn } from 'node:child_process'
import { connect, type Server, type Socket } from 'node:net'
import { isLoopbackAddress } from '../../shared/loopback.ts'

/** The program to run in the namespace, and the port of loopback on which it will listen there. */
export interface RelayOrder {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly port: number
}

/** Largest head of a request, in bytes. */
const maxHeadBytes = 16 * 1024

/**
 * Runs a program in this process's own network namespace, and passes connections of `server`, which listens outside, on to
 * it. Ends the program when it ends itself, and when the process that started it does.
 */
function main(): void {
  process.once('message', (order: RelayOrder, server: unknown) => {
    const { program, args, cwd, port } = order
    const child = spawn(program, args, { cwd, stdio: 'ignore' })
    child.once('error', () => process.exit(1)).once('exit', code => process.exit(code ?? 1))
    for (const end of ['disconnect', 'SIGTERM', 'SIGINT'] as const) process.on(end, () => stop(child))
    ;(server as Server).on('connection', socket => pass(socket, port))
  })
}

function stop(child: ChildProcess): void {
  child.kill()
}

/**
 * Passes a connection on if its first request is a program's. A browser's connection has requests of a browser only, and one
 * that a page makes has an `Origin`, a foreign `Host` or another method than `POST`. Later requests are not looked at.
 */
function pass(socket: Socket, port: number): void {
  let head = Buffer.alloc(0)
  socket.setNoDelay(true).on('error', () => socket.destroy())
  socket.on('data', function read(chunk: Buffer) {
    head = Buffer.concat([head, chunk])
    const text = head.toString('latin1')
    if (!text.includes('\r\n\r\n')) return void (head.length > maxHeadBytes && socket.destroy())
    socket.off('data', read).pause()
    if (!isProgram(text.split('\r\n\r\n', 1)[0] ?? '')) return void socket.destroy()
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    upstream.write(head)
    socket.pipe(upstream).pipe(socket)
  })
}

function isProgram(head: string): boolean {
  const [, host] = /^host:[ \t]*(.*?)[ \t]*$/im.exec(head.replaceAll('\r', '')) ?? []
  return head.startsWith('POST / HTTP/1.1\r\n') && !/^origin[ \t]*:/im.test(head) && isLoopbackAddress(host)
}

main()
