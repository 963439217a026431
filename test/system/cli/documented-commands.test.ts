import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../../cli/command.ts'
import { commands } from '../../../cli/run.ts'
import type { ClonePorts } from '../../../cli/ports/ports.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const root = join(import.meta.dirname, '../../..')
const pages = globSync('{README,CONTRIBUTING,docs/*,{cli,client,infra,examples}/*}.md', { cwd: root })

/** Where a shell takes a word for a command, and how pages name ours. */
const inShell =
  /(?:^|[|(]|\$ |xargs |^\w+=\S+)\s*(?:npm run (?:-s )?(?:once --|(deploy|destroy)\b(?: --)?)|once)(?: (.*)|$)/

/** Returns the arguments of a command line, without its comment and what the shell does; empty if it is none of ours. */
function argsIn(line: string): readonly string[] {
  const [found, script, rest = ''] = inShell.exec(line) ?? []
  const [text = ''] = rest.split(/\s#|\s{2,}|[|<>)]/)
  const args = [...text.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
  const all = script === undefined ? args : [script === 'deploy' ? 'deploy' : 'teardown', ...args]
  // COMMAND stands for any, and --local for any with it.
  return found !== undefined && /^[a-z]/.test(all[0] ?? '') ? all : []
}

/** The command lines of pages and of `--help`, by place. What text only names, such as `once issue`, has no arguments and is none. */
const documented = new Map<string, readonly string[]>()
const add = (place: string, lines: readonly string[], fewest = 1) => {
  for (const args of lines.map(argsIn)) if (args.length >= fewest) documented.set(`${place}: ${args.join(' ')}`, args)
}
for (const name of pages) {
  for (const [index, part] of readFileSync(join(root, name), 'utf8')
    .split(/^ *```.*$/m)
    .entries()) {
    const inText = [...part.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)
    if (index % 2 === 0) add(name, inText, 2)
    else
      add(
        name,
        part.split('\n').map(line => line.trim()),
      )
  }
}
const inHelp = (text: string) => text.match(/(?<=^ {2})\S.*/gm) ?? []
for (const { name, usage } of commands) add(`once ${name} --help`, inHelp(usage))
const guide = 'cli/console/listener.ts'
add(guide, inHelp(readFileSync(join(root, guide), 'utf8')))

/** Puts what exists in the place of links, ids, kinds and files. */
function filled(args: readonly string[], { link, id, folder }: Readonly<Record<'link' | 'id' | 'folder', string>>) {
  return args.map(arg => {
    if (/^(LINK|\$link|\$url|\$LINK|https:.*\/d\/.*)$/.test(arg)) return link
    if (/^(ID|q7pTEDdbZ3y1DvHvGTzYxA)$/.test(arg)) return id
    if (arg === 'KIND') return 'issuer'
    if (arg === 'NAME') return 'edge-errors'
    if (arg === 'orders') return 'local'
    const isFile =
      /^(FILE|LICENSE|copy|again|report\.pdf|people\.csv|pictures\/|film\/|\*\.pdf|disk\.img|passphrase\.txt)$/.test(
        arg,
      )
    return isFile ? join(folder, arg.replace('*', 'report')) : arg
  })
}

const asked = new Error('asked')
/** Ports that end a command with the first call of one. */
const ports = new Proxy(() => undefined, {
  get: (_, name) => (name === 'all' ? async () => ports : name === 'then' ? undefined : ports),
  apply: () => {
    throw asked
  },
}) as unknown as ClonePorts
const somewhere = {
  link: 'https://files.example.com/d/EAMBawbNwClyuwRNlt8ocboDTJXeJ3Bh-I8mvVTrghk',
  id: 'q7pTEDdbZ3y1DvHvGTzYxA',
  folder: '',
}

test('the pages and --help have command lines', () => {
  const some = [
    'docs/clients.md: issue --for mail report.pdf',
    'docs/deploy.md: teardown --yes once',
    'docs/privacy.md: list --reference TEXT',
    'once list --help: list --state live',
  ]
  expect([...documented.keys()]).toEqual(expect.arrayContaining(some))
})

test.each([...documented])('once knows the arguments of %s', async (_, [name, ...args]) => {
  const command = commands.find(each => each.name === name)
  expect(command, name).toBeDefined()
  const error = await command?.run(filled(args, somewhere), ports).catch((cause: unknown) => cause)
  const message = error instanceof UsageError ? error.message : ''
  // It has asked standard input, or infra/deployment.ts, which has no environment.
  const isFine = /^(standard input: asked|environment: got "staging")/.test(message)
  expect(isFine ? '' : message).toBe('')
})

const ofLinks = new Set(['issue', 'ask', 'status', 'list', 'revoke', 'redeem'])
/** The emulator has no settings; issue-input.test.ts has standard input. */
const runnable = [...documented].filter(
  ([, args]) => ofLinks.has(args[0] ?? '') && !args.some(arg => /^(-|-c)$/.test(arg)),
)

test.each(runnable)('the emulator carries out %s', async (_, args) => {
  const [folder, bucket] = [temporaryFolder(), temporaryFolder()]
  mkdirSync(join(bucket, 'films/one'), { recursive: true })
  for (const key of ['hello.txt', 'films/one/index.m3u8']) writeFileSync(join(bucket, key), key)
  const { api } = await emulatorHere({ bucket, notify: 'http://localhost:3000/hook' })
  const { said, noted } = await onceHere(['issue', '--plain', '--key', 'hello.txt', '--passphrase', `--local=${api}`])
  const [link = '', passphrase = ''] = said.split('\npassphrase: ')
  const id = /: ([\w-]{22}), expires/.exec(noted)?.[1] ?? ''
  const secret = join(folder, 'passphrase.txt')
  writeFileSync(secret, passphrase, { mode: 0o600 })
  for (const name of args[0] === 'issue' ? ['report.pdf', 'disk.img', 'LICENSE', 'FILE'] : []) {
    writeFileSync(join(folder, name), name)
  }
  for (const name of ['pictures', 'film']) mkdirSync(join(folder, name))
  for (const name of ['people.csv', 'film/index.m3u8']) writeFileSync(join(folder, name), 'reference\nAnn\n')
  const into = args.includes('-o') ? [] : ['-o', folder]
  const opening = args.includes('--passphrase-file') ? into : ['--passphrase-file', secret, ...into]
  const more = args[0] === 'redeem' ? opening : [`--local=${api}`]
  const outcome = await onceHere([...filled(args, { link, id, folder }).filter(arg => arg !== '--local'), ...more])
  expect(outcome.code, `${outcome.said}\n${outcome.noted}`).toBe(0)
})
