import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { python } from '../machine/python.ts'

const root = join(import.meta.dirname, '../../..')

/** Someone who has the README of the package, an account on MiniStack, and nothing else. */
export interface Newcomer {
  /** An empty folder. */
  readonly folder: string
  readonly tarball: string
  /** The variables with which programs use MiniStack. */
  readonly env: Readonly<Record<string, string>>
  readonly endpoint: string
  /** Where viewers reach distributions. */
  readonly front: string
}

/** What the README says to do: commands, and files to write. */
export interface Step {
  readonly kind: 'commands' | 'file'
  /** The name of the file. */
  readonly name: string
  readonly text: string
}

/** Returns the steps of a README's section, in its order: blocks of `sh`, and blocks of other kinds whose paragraph names a file. */
function stepsOf(markdown: string, section: string): readonly Step[] {
  const [, rest = ''] = markdown.split(`\n## ${section}\n`)
  const [body = ''] = rest.split('\n## ')
  return [...body.matchAll(/([^\n]*)\n\n```(\w+)\n(.*?)```/gs)].map(([, before = '', language, text = '']) => {
    const [, name = ''] = /`([\w.]+)`[^`]*$/.exec(before) ?? []
    return { kind: language === 'sh' ? 'commands' : 'file', name, text }
  })
}

/** Follows the steps in one shell; resolves to what it printed, and the seconds of each step. Rejects if a command fails. */
export async function follow(
  steps: readonly Step[],
  newcomer: Newcomer,
): Promise<{ readonly printed: string; readonly seconds: readonly number[] }> {
  const programs = writePrograms(newcomer)
  const script = steps.map(({ kind, name, text }) =>
    kind === 'commands' ? text : `cat > ${name} <<'END_OF_FILE'\n${text}END_OF_FILE\n`,
  )
  const mark = 'echo "== $(date +%s%N)"\n'
  const path = [programs, dirname(process.execPath), process.env['PATH']].join(delimiter)
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', mark + script.map(each => each + mark).join('')], {
    cwd: newcomer.folder,
    env: { ...process.env, ...newcomer.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  const printed = chunks.join('')
  if (code !== 0) throw new Error(`the README's commands ended with ${code}: ${printed}`)
  const marks = [...printed.matchAll(/^== (\d+)$/gm)].map(([, ns = '']) => Number(ns) / 1e9)
  return { printed, seconds: marks.slice(1).map((at, index) => at - (marks[index] ?? at)) }
}

/**
 * Writes stand-ins for what this machine lacks: npm's registry, whose packages are those of this repository, the AWS CLI, and names
 * that lead to AWS. Returns their folder.
 */
function writePrograms({ folder, tarball, endpoint, front }: Newcomer): string {
  const programs = join(folder, '.programs')
  mkdirSync(programs, { recursive: true })
  const write = (name: string, text: string) => {
    writeFileSync(join(programs, name), text)
    chmodSync(join(programs, name), 0o755)
  }
  // Without this folder: then a name is the program itself.
  const start = '#!/bin/bash\nexport PATH="${PATH#*:}"\n'
  write(
    'npm',
    `${start}[ "$1" = install ] || exec npm "$@"
[[ " $* " != *' once-at-edge-cdk '* ]] ||
  npm install --offline --ignore-scripts --legacy-peer-deps --no-audit --no-fund '${tarball}'
mkdir -p node_modules/.bin
for package in aws-cdk-lib constructs aws-cdk; do
  [[ " $* " != *" $package "* ]] || ln -sfn '${root}/node_modules/'$package node_modules/$package
done
[ ! -e node_modules/aws-cdk ] || ln -sfn ../aws-cdk/bin/cdk node_modules/.bin/cdk
`,
  )
  write(
    'aws',
    `#!${python}
import sys, boto3
service, command, *options = sys.argv[1:]
values = {}
while options:
    name = options.pop(0)[2:]
    has_value = options and not options[0].startswith("--")
    value = options.pop(0) if has_value else not name.startswith("no-")
    text = isinstance(value, str) and value.startswith("file://")
    values[name.removeprefix("no-").title().replace("-", "")] = open(value[7:]).read() if text else value
client = boto3.client(service.replace("s3api", "s3"), region_name=values.pop("Region", None))
getattr(client, command.replace("-", "_"))(**values)
`,
  )
  write(
    'curl',
    `${start}args=()
for arg; do
  host=\${arg#https://}
  case "$arg" in
    https://*.execute-api.*) args+=('${endpoint}/_aws/execute-api/'"\${host%%.*}/\${host#*/}") ;;
    https://*.cloudfront.net/*) args+=(-H "host: \${host%%/*}" '${front}/'"\${host#*/}") ;;
    *) args+=("$arg") ;;
  esac
done
exec curl "\${args[@]}"
`,
  )
  return programs
}

/** Returns the steps of a section of a page of this repository. */
export function stepsIn(page: string, section: string): readonly Step[] {
  return stepsOf(readFileSync(join(root, page), 'utf8'), section)
}
