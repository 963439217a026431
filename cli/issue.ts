import { basename } from 'node:path'
import type { ParseArgsOptionsConfig } from 'node:util'
import { type ObjectKey, objectKeyRule, parseObjectKey } from '../shared/object-key.ts'
import { type Command, exitCodes, UsageError } from './command.ts'
import { forEach } from './each.ts'
import { linkFieldsOf, linkOptions, linkOptionsUsage, linkWords, withMediaValue } from './issue-options.ts'
import { apiOptions, apiUsage, apiWords, type LinkApi, openApi, withLocalOrigin } from './link-api.ts'
import { mediaTypeOf } from './media-type.ts'
import { parseWithOperands } from './options.ts'
import type { World } from './ports.ts'
import { progress } from './progress.ts'

const issueOptions = {
  key: { type: 'string', short: 'k', multiple: true },
  ...linkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usage = `once issue (FILE... [--key KEY] | --key KEY...) [options]

Puts files into the bucket and issues a link for each, or for objects that are there. Prints the links, one a line, and
nothing else: each is a secret that is told this once. What is to be known of them is on standard error.

  FILE                a file of yours; an object of the same key is replaced
  -k, --key KEY       its key (default its name); with a slash at the end, the folder that it goes into. Without a FILE an
                      object that is there; repeatable
${linkOptionsUsage}
${apiUsage(22)}

  once issue report.pdf
  once issue --expires-in 2d --confirm --key 2026/11/ *.pdf
  once issue --local --key hello.txt | xargs curl -L
  once issue --media --key films/one/index.m3u8 --reference "order 7" --json

${exitCodes}
`

/** What a link is to be issued for. */
interface Item {
  readonly key: ObjectKey
  /** The file that becomes the object; undefined when that is there. */
  readonly file: { readonly path: string; readonly bytes: number } | undefined
}

/** `once issue`: links, with files or for objects that are there. */
export const issue: Command = {
  name: 'issue',
  summary: 'put files into the bucket and issue links',
  usage,
  options: issueOptions,
  words: { ...apiWords, ...linkWords },
  operands: 'file',
  async run(args, world) {
    const { values, positionals } = parseWithOperands(withLocalOrigin(withMediaValue(args)), issueOptions)
    const fields = linkFieldsOf(values)
    const items = await itemsOf(positionals, values.key ?? [], world)
    const api = await openApi(values, world)
    const act = async ({ key, file }: Item) => {
      if (file !== undefined) await put(file, key, { api, world })
      const link = await api.client.issue({ ...fields, key })
      world.say(values.json ? JSON.stringify(link) : link.url)
      world.note(`${key}: ${link.id}, expires ${link.expiresAt}, home ${link.homeRegion}`)
    }
    return forEach(items, act, { nameOf: ({ key }) => key, note: world.note })
  },
}

async function put(
  { path, bytes }: NonNullable<Item['file']>,
  key: ObjectKey,
  { api, world: { meter } }: { readonly api: LinkApi; readonly world: World },
): Promise<void> {
  const onProgress = (done: number) => meter?.(progress(key, done, bytes))
  await api.upload({ file: path, key, type: mediaTypeOf(key), onProgress })
  meter?.('')
}

/** All that is wrong with files and keys is said before anything is put anywhere. */
async function itemsOf(files: readonly string[], keys: readonly string[], world: World): Promise<readonly Item[]> {
  if (files.length === 0) {
    if (keys.length === 0) throw new UsageError('got nothing, allowed: FILE, or --key of an object that is there')
    return keys.map(key => ({ key: parseKey(key), file: undefined }))
  }
  const [key = '', ...others] = keys
  if (others.length > 0 || (files.length > 1 && key !== '' && !key.endsWith('/'))) {
    const got = others.length > 0 ? `${keys.length} keys` : JSON.stringify(key)
    throw new UsageError(
      `--key: got ${got}, allowed with ${files.length} FILE: one, with a slash at its end if a folder`,
    )
  }
  const items = await Promise.all(files.map(path => itemOf(path, key, world)))
  const twice = items.find((item, index) => items.findIndex(each => each.key === item.key) < index)
  if (twice === undefined) return items
  throw new UsageError(
    `FILE: got two for the key ${JSON.stringify(twice.key)}, allowed: one, or the second takes its place`,
  )
}

async function itemOf(path: string, key: string, { disk }: World): Promise<Item> {
  const found = await disk.look(path)
  if (found?.kind !== 'file') {
    const got =
      found === undefined ? 'which is not there' : `a ${found.kind === 'folder' ? 'folder' : 'device or pipe'}`
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${got}, allowed: a file`)
  }
  const name = key === '' || key.endsWith('/') ? `${key}${basename(path)}` : key
  return { key: parseKey(name), file: { path, bytes: found.bytes } }
}

function parseKey(text: string): ObjectKey {
  const key = parseObjectKey(text)
  if (key !== undefined) return key
  throw new UsageError(`--key: got ${JSON.stringify(text)}, allowed: ${objectKeyRule}`)
}
