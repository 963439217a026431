/** A deployment can't go on until someone does something. Nothing is undone: the same command goes on from there. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
  /** What to do. */
  readonly todo: string
  constructor(message: string, todo: string) {
    super(message)
    this.todo = todo
  }
}
