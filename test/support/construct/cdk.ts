import { runCdk } from '../cdk-command.ts'

/** Options of `cdk deploy`. */
export interface DeployOptions {
  /** The app, a file of TypeScript. */
  readonly app: string
  /** The folder with the code of our functions. */
  readonly functions: string
  /** The folder in which it runs, and writes its assembly. */
  readonly cwd: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Runs plain `cdk deploy --all`, as users of the construct do. Rejects with what it printed if it fails. */
export function deployAll({ app, functions, cwd, signal }: DeployOptions): Promise<void> {
  const context = ['-c', `once-at-edge:functions=${functions}`]
  // Validation takes most of a synthesis; test/system/construct has templates like these validated.
  const env = { ...process.env, CDK_VALIDATION: 'false' }
  const args = ['deploy', '--all', '--app', `${process.execPath} ${app}`, ...context, '--require-approval', 'never']
  return runCdk(args, { cwd, env, signal, killSignal: 'SIGINT' })
}
