/** How one viewer fared. Never what it won: that would be the capability. */
export interface Finish {
  readonly viewer: number
  readonly edge: string
  /** 0 when there was no answer. */
  readonly status: number
  /** Of the problem document, if it was one. */
  readonly reason?: string
  /** From the moment that all were let go until the answer was there, milliseconds. */
  readonly ms: number
  readonly won: boolean
}
