import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../cli/commands.ts'
import { temporaryFolder } from '../support/folder.ts'
import { onceHere } from './once-here.ts'

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0
for (const shell of ['zsh', 'fish'].filter(each => !has(each))) {
  console.warn(`\nSKIPPED: completion in ${shell}, because there is no ${shell}\n`)
}

async function scriptFor(shell: string) {
  const { code, said } = await onceHere(['completion', shell])
  expect(code).toBe(0)
  const file = join(temporaryFolder(), `once.${shell}`)
  writeFileSync(file, `${said}\n`)
  return file
}

type Complete = (script: string, words: readonly string[], folder: string) => readonly string[]

/** What bash offers for the last word. It breaks words at `=`, as readline does. */
const inBash: Complete = (script, words, cwd) => {
  const broken = words.flatMap(word => word.split(/(?<==)|(?==)/))
  const run = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _once; printf '%s\\n' "\${COMPREPLY[@]}"`
  const args = ['--norc', '-c', run, 'bash', script, ...broken]
  return execFileSync('bash', args, { cwd, encoding: 'utf8' }).split('\n').filter(Boolean)
}

/** The same in fish, which has a command for that. */
const inFish: Complete = (script, words, cwd) => {
  const line = words.map(word => word.replaceAll(' ', '\\ ')).join(' ')
  const args = ['--no-config', '-c', `source "${script}"; complete -C '${line}'`]
  const offered = execFileSync('fish', args, { cwd, encoding: 'utf8', env: { ...process.env, HOME: cwd } })
  return offered
    .split('\n')
    .filter(Boolean)
    .map(each => each.split('\t')[0] ?? '')
}

/** The same in zsh: `compadd` is made to tell what it is given, in a real line editor on a pseudo-terminal. */
const inZsh: Complete = (script, words, cwd) => {
  const run = `
    rm -f out
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "PROMPT=; autoload -Uz compinit; compinit -D -u; source '${script}'"
    zpty -w z 'compadd() { builtin compadd "$@"; local -a got; builtin compadd -O got "$@"; ((\${#got})) && print -r -- $'"'\\\\n'"'"<\${(j:|:)got}>" >> out }'
    zpty -w z 'tell() { zle complete-word; print -r -- END >> out }; zle -N tell; bindkey "^X" tell; print READY >> out'
    for try in {1..200}; do [[ -e out ]] && grep -q READY out && break; sleep 0.05; done
    zpty -w -n z ${JSON.stringify(words.join(' '))}$'\\x18'
    for try in {1..200}; do grep -q END out && break; sleep 0.05; done
    cat out
    zpty -d z`
  const output = execFileSync('zsh', ['-f', '-c', run], { cwd, encoding: 'utf8', env: { ...process.env, HOME: cwd } })
  const offered = [...output.matchAll(/^<(.*)>$/gm)].flatMap(([, words = '']) => words.split('|'))
  return [...new Set(offered)]
}

describe.each([
  ['bash', inBash],
  ['fish', inFish],
  ['zsh', inZsh],
] as const)('%s', (shell, complete) => {
  test.skipIf(!has(shell))('completes commands', async () => {
    const script = await scriptFor(shell)
    const folder = temporaryFolder()
    const all = complete(script, ['once', ''], folder).toSorted()
    expect(all).toEqual([...commands.map(({ name }) => name), 'help'].toSorted())
    expect(complete(script, ['once', 're'], folder).toSorted()).toEqual(['redeem', 'revoke'])
  })

  test.skipIf(!has(shell))('completes every option of every command', async () => {
    const script = await scriptFor(shell)
    const folder = temporaryFolder()
    for (const { name, options } of commands) {
      const offered = complete(script, ['once', name, '--'], folder).map(flag => flag.replace(/=$/, ''))
      const wanted = Object.keys(options).map(option => `--${option}`)
      expect(offered, name).toEqual(expect.arrayContaining(wanted))
    }
  })

  test.skipIf(!has(shell))('completes values, and files where files are meant', async () => {
    const script = await scriptFor(shell)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'report.pdf'), '')
    const last = (words: readonly string[]) =>
      complete(script, words, folder).map(word => word.trim().replace(/^.*=/, ''))
    expect(last(['once', 'list', '--state', ''])).toEqual(
      ['live', 'used', 'revoked', 'expired', 'not-yet-valid'].toSorted(sameAs(shell)),
    )
    expect(last(['once', 'list', '--state=re'])).toEqual(['revoked'])
    expect(last(['once', 'completion', 'z'])).toEqual(['zsh'])
    expect(last(['once', 'issue', 're'])).toEqual(['report.pdf'])
    expect(last(['once', 'redeem', '-o', 're'])).toEqual(['report.pdf'])
    expect(last(['once', 'issue', '--home-region', 'sa-'])).toEqual(['sa-east-1'])
    expect(last(['once', 'help', 're']).toSorted()).toEqual(['redeem', 'revoke'])
  })

  test.skipIf(!has(shell))('completes a value that may be left out, and what else may stand there', async () => {
    const script = await scriptFor(shell)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'report.pdf'), '')
    const last = (words: readonly string[]) =>
      complete(script, words, folder).map(word => word.trim().replace(/^.*=/, ''))
    // fish offers files as well.
    const values = last(['once', 'issue', '--media=']).filter(word => word !== 'report.pdf')
    expect(values.toSorted()).toEqual(['false', 'folder', 'object', 'true'])
    expect(last(['once', 'issue', '--media', 're'])).toEqual(['report.pdf'])
    expect(last(['once', 'issue', '--local', 're'])).toEqual(['report.pdf'])
    expect(last(['once', 'issue', '--media', '--url'])).toEqual(['--url-seconds'])
    expect(last(['once', 'issue', '--media', 'fo'])).toEqual(['folder'])
  })
})

test('bash completes names with spaces, however they are begun', async () => {
  const script = await scriptFor('bash')
  const folder = temporaryFolder()
  for (const name of ['my report.pdf', 'my resume.pdf', 'a*.pdf', 'b.pdf']) writeFileSync(join(folder, name), '')
  const last = (...words: readonly string[]) => inBash(script, ['once', ...words], folder)
  expect(last('issue', 'my').toSorted()).toEqual(['my report.pdf', 'my resume.pdf'])
  expect(last('redeem', '-o', 'my\\ rep')).toEqual(['my report.pdf'])
  expect(last('redeem', '-o', '"my res')).toEqual(['my resume.pdf'])
  expect(last('issue', 'a')).toEqual(['a*.pdf'])
})

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) console.warn('\nSKIPPED: completion in a real line of bash, because there is no script (util-linux)\n')

test.skipIf(!hasScript)('in a real line, bash types a name with a space as one word', async () => {
  const script = await scriptFor('bash')
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'my report.pdf'), '')
  const child = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], { cwd: folder, stdio: 'pipe' })
  let shown = ''
  const sees = async (words: string) => {
    while (!shown.includes(words)) shown += String((await once(child.stdout, 'data'))[0])
  }
  child.stdin.write(`source ${script}; once() { printf '<%s>' "$@"; }; echo READY$((1))\n`)
  await sees('READY1')
  child.stdin.write('once issue my\t\n')
  await sees('<issue><my report.pdf>')
  child.stdin.end('exit\n')
  await once(child, 'exit')
})

/** fish sorts what it offers; the others keep the order. */
function sameAs(shell: string): (a: string, b: string) => number {
  return shell === 'fish' ? (a, b) => (a < b ? -1 : 1) : () => 0
}

test.each([
  [[], 'got 0 operands, allowed: one of bash, zsh, fish'],
  [['powershell'], 'SHELL: got "powershell", allowed: bash, zsh, fish'],
])('once completion %j is a wrong command line', async (args, words) => {
  const outcome = await onceHere(['completion', ...args])
  expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(words) as string })
})
