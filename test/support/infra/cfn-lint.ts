import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { pythonProgram } from '../machine/python.ts'

const run = promisify(execFile)

/** What cfn-lint says of one place in a template. */
export interface Finding {
  /** The name of the template's file. */
  readonly file: string
  /** The rule's id: E is an error, W a warning, I information. */
  readonly rule: string
  readonly message: string
  /** From the root of the template, such as `Resources`, `Bucket`, `Properties`. */
  readonly path: readonly (string | number)[]
}

/**
 * Runs cfn-lint once over all templates (`*.json`) of a folder, by every rule it has, also those that inform or are experimental. It
 * needs no network. Throws if it takes more than five minutes.
 */
export async function cfnLint(folder: string): Promise<readonly Finding[]> {
  const templates = readdirSync(folder).filter(name => name.endsWith('.json'))
  const rules = ['--include-checks', 'I', '--include-experimental']
  const args = [...rules, '--format', 'json', '--non-zero-exit-code', 'none', '--template', ...templates]
  // Its home is the folder, so no settings of the user's change what it finds.
  const options = { cwd: folder, env: { ...process.env, HOME: folder }, maxBuffer: 1 << 28, timeout: 300_000 }
  const { stdout } = await run(pythonProgram('cfn-lint'), args, options)
  const found = JSON.parse(stdout) as readonly {
    Filename: string
    Rule: { Id: string }
    Message: string
    Location: { Path: (string | number)[] | null }
  }[]
  return found.map(({ Filename, Rule, Message, Location }) => ({
    file: Filename,
    rule: Rule.Id,
    message: Message,
    path: Location.Path ?? [],
  }))
}
