/** This machine. */
export interface Machine {
  /** This user and this machine, such as `ann@laptop`. */
  readonly host: string
}
