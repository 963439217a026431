/** How to run a program. */
interface ProgramOptions {
  /** What it reads from standard input, such as a secret: all users of the machine see arguments. */
  readonly input: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Programs of this machine. */
export interface Programs {
  /**
   * Runs a program to its end, at most a minute; resolves to its exit code and the first 16 KiB of its standard output. Undefined if it
   * is not installed.
   */
  run(
    name: string,
    args: readonly string[],
    options: ProgramOptions,
  ): Promise<{ readonly code: number; readonly output: string } | undefined>
}
