import type { RequestListener } from 'node:http'

/** A server on a free port of 127.0.0.1. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** Sets who responds; until then requests wait. */
  serve(listener: RequestListener): void
  /** Closes all connections and frees the port. */
  close(): Promise<void>
}

/** What the browser of this user needs of this machine. */
export interface Loopback {
  listen(): Promise<LoopbackServer>
  /** The home folder of this user. */
  readonly home: string
  /** The system, as Node.js names it: `linux`, `darwin`, `win32`. */
  readonly platform: string
}
