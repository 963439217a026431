/** This machine, and the folder of this repository on it. */
export interface Machine {
  /** Version of the Node.js that runs this, such as `24.21.0`. */
  readonly node: string
  /** This user and this machine, such as `ann@laptop`. */
  readonly host: string
  /** Returns the text of a file of the repository; undefined if there is none. */
  read(path: string): Promise<string | undefined>
  /** Whether there is a file with this absolute path that this user may run. */
  canRun(path: string): Promise<boolean>
  /** Whether a server can listen on this port of 127.0.0.1. */
  isFree(port: number): Promise<boolean>
  /** Returns free bytes for this user, the fewest of the repository's file system and the one for temporary files. */
  freeBytes(): Promise<number>
}
