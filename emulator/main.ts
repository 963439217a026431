import { deployment } from '../infra/deployment.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts'
import { firstKey } from './first-key.ts'
import { parseOptions, usage } from './options.ts'
import { parseBrand } from './settings-files.ts'

/** Starts the emulator as the command line says, prints its URLs and a link, and runs until a signal stops it. */
async function main(): Promise<void> {
  // Files that this process creates are for its user only.
  process.umask(0o077)
  const given = parseOptions(process.argv.slice(2))
  if (given === 'help') return void process.stdout.write(usage)
  const options = { ...given, brand: given.brand ?? brandOfSettings() }
  const log = holdLog(line => console.log(JSON.stringify(line)))
  using _ = { [Symbol.dispose]: log.release }
  const emulator = await startEmulator({ ...options, log: log.write, deliveryProof: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)))
  }
  const text = await welcome(emulator, options).catch(async (error: unknown) => {
    await emulator.close()
    throw error
  })
  console.log(text)
}

/** What a deployment would show. It is in a file that people edit, so its errors name the field. */
function brandOfSettings() {
  return deployment.brand && parseBrand(deployment.brand, 'infra/deployment.ts: brand')
}

/** Keeps log lines until they are released: the banner comes first. */
function holdLog(print: (line: object) => void) {
  let held: object[] | undefined = []
  return {
    write: (line: object) => void (held === undefined ? print(line) : held.push(line)),
    release: () => {
      held?.forEach(print)
      held = undefined
    },
  }
}

async function welcome(emulator: Emulator, options: EmulatorOptions): Promise<string> {
  const { bucket, data, notify } = options
  const { token, webhookSecret } = emulator
  const key = firstKey(bucket)
  const edges = Object.entries(emulator.edges).map(([region, origin]) => `  edge     ${origin}  ${region}`)
  const link = await firstLink(emulator, key, options)
  return [
    '',
    '  once-at-edge runs on this machine. Send a file with the page, in a browser:',
    '',
    `  page     ${emulator.api}/${token === undefined ? '' : `#token=${token.text}`}`,
    ...(options.login === true ? ['  login    any name, with any password'] : []),
    `  api      ${emulator.api}/links`,
    ...edges,
    `  s3       ${emulator.s3}`,
    `  bucket   ${bucket}`,
    `  data     ${data ?? 'in memory: keys, tables and uploads end with this process'}`,
    ...(token === undefined ? [] : [`  token    ${token.file}  (curl -H @FILE; once --local finds it)`]),
    ...(options.mode === 'strong' ? ['  tables   one for all Regions, strongly consistent (mode strong)'] : []),
    ...(notify === undefined
      ? []
      : [`  notify   ${notify}  (links with notify: local)`, `  secret   ${webhookSecret}`]),
    '',
    ...link,
    '',
    '  Press Ctrl-C to stop.',
    '',
  ].join('\n')
}

async function firstLink(emulator: Emulator, key: string | undefined, { access }: EmulatorOptions): Promise<string[]> {
  if (access?.issuers !== undefined) return ['  Only the issuers in the file of --access issue links.']
  if (key === undefined) return ['  There is no link yet, because the bucket holds no file. Send one with the page.']
  const { url, reason, detail } = await issueLink(emulator, key)
  if (url !== undefined) return [`  This link to ${key} works once, at any edge:`, `  ${url}`]
  const isChecked = reason === 'object-unchecked' || reason === 'object-refused'
  if (isChecked) return [`  There is no link to ${key} yet, because of its scan: ${reason}.`]
  throw new Error(`the api refused a link to ${JSON.stringify(key)}: ${detail}`)
}

async function issueLink({ api, token, webhookSecret }: Emulator, key: string) {
  const response = await fetch(`${api}/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token.text}` }) },
    body: JSON.stringify({ key, reference: 'link of npm start', ...(webhookSecret && { notify: 'local' }) }),
  })
  return (await response.json()) as { url?: string; reason?: string; detail?: string }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
