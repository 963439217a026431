import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts'
import { firstKey } from './first-key.ts'
import { parseOptions, usage } from './options.ts'
import { defaultLagMs } from './dynamodb/replication.ts'

/** Starts the emulator as the command line says, prints a link that is ready to open, and runs until it is stopped. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') return void process.stdout.write(usage)
  const emulator = await startEmulator(options)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)))
  }
  const text = await welcome(emulator, options).catch(async (error: unknown) => {
    await emulator.close()
    throw error
  })
  console.log(text)
}

async function welcome(emulator: Emulator, options: EmulatorOptions): Promise<string> {
  const { bucket, data } = options
  const key = firstKey(bucket)
  const edges = Object.entries(emulator.edges).map(([region, origin]) => `  edge    ${origin}  ${region}`)
  const link =
    key === undefined
      ? `none yet: ${bucket} holds no file`
      : `${await issueLink(emulator, key)}\n          works once: ${key}`
  return [
    '',
    `  console ${emulator.api}/`,
    `  api     ${emulator.api}/links`,
    ...edges,
    `  s3      ${emulator.s3}`,
    `  bucket  ${bucket}`,
    `  data    ${data ?? 'in memory, ends with this process'}`,
    ...tablesLine(options),
    '',
    `  link    ${link}`,
    '',
  ].join('\n')
}

/** Says how the tables belong together, unless it is as always. */
function tablesLine({ mode, lagMs }: EmulatorOptions): string[] {
  if (mode === 'strong') return ['  tables  one for all Regions, strongly consistent (mode strong)']
  return lagMs === undefined || lagMs === defaultLagMs ? [] : [`  tables  ${lagMs} ms behind each other (mode home)`]
}

async function issueLink({ api }: Emulator, key: string): Promise<string> {
  const response = await fetch(`${api}/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  })
  const answer = (await response.json()) as { url?: string; detail?: string }
  if (answer.url === undefined) throw new Error(`no link for ${JSON.stringify(key)}: ${answer.detail}`)
  return answer.url
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
