import type { ParseArgsOptionsConfig } from 'node:util'
import type { IssuedLink } from '../../client/client.ts'
import { worksFor } from '../../shared/capability-text.ts'
import { type Command, exitCodes, UnreachableError, UsageError } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import { singleLine } from '../terminal/text.ts'
import { forEach } from './for-each-link.ts'
import { type IssueItem, itemsOf } from './issue-items.ts'
import { linkFieldsOf, linkOptions, linkOptionsUsage, type LinkValues, withOptionalValues } from './issue-options.ts'
import { type IssueContext, issueWithFile } from './issue-with-file.ts'
import { type Address, apiOptions, apiUsage, openApi, withLocalOrigin } from './link-api.ts'

const issueOptions = {
  key: { type: 'string', short: 'k', multiple: true },
  replace: { type: 'boolean', default: false },
  ...linkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usage = `once issue (FILE... [--key KEY [--replace]] | --key KEY...) [options]

Uploads files and issues a link for each, or issues links for existing objects. Prints only the links, one per line, and
the passphrases that --passphrase makes, each after its link. Each link is a secret and is printed only once. Details go to standard error. A link delivers the version of its object that was
uploaded, or that was the latest when it was issued, whatever is written under its key later. Once it is opened, its download
works for a limited time, which is printed: with --bind client long enough for a slow line, and it can go on after a break.

  FILE                a file to upload
  -k, --key KEY       the object's key (default: a folder of its own with a random name, and the file's name); if it ends in a
                      slash, the folder of the object. It must have no object yet. Without FILE, the key of an existing
                      object; repeatable
  --replace           upload also if the key has an object
${linkOptionsUsage}
${apiUsage(22)}

  once issue report.pdf
  once issue --expires-in 2d --confirm --key 2026/11/ *.pdf
  once issue --bind client disk.img
  once issue --confirm --passphrase report.pdf
  once issue --local --key hello.txt | xargs curl -L
  once issue --media --key films/one/index.m3u8 --reference "order 7" --json

${exitCodes}
`

/** `once issue`: uploads files and issues links for them, or issues links for existing objects. */
export const issue: Command = {
  name: 'issue',
  summary: 'upload files and issue links',
  usage,
  options: issueOptions,
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(withLocalOrigin(withOptionalValues(args)), issueOptions)
    const fields = linkFieldsOf(values)
    const items = await itemsOf(positionals, values, ports)
    if (positionals.length > 0) requireBucketName(values)
    requireOneUse(positionals, values)
    const api = await openApi(values, ports)
    const signal = ports.interrupts.abortOnInterrupt()
    const act = async ({ key, file }: IssueItem) => {
      const link = await issueOne(file, { ...fields, key }, { api, ports, replace: values.replace, signal })
      ports.print(values.json ? JSON.stringify({ key, ...link }) : textOf(link))
      ports.info(
        singleLine(`${key}: ${link.id}, expires ${link.expiresAt}, home ${link.homeRegion}, ${worksFor(link)}`),
      )
      if (link.advice !== undefined) ports.info(singleLine(`${key}: ${link.advice}`))
      if (!link.pinned) ports.info(singleLine(`${key}: ${unpinned}`))
    }
    return forEach(items, act, { nameOf: ({ key }) => key, options: issueOptions, info: ports.info })
  },
}

/** Returns a link, and on a line of its own the passphrase that the API made, which nothing else shows again. */
function textOf({ url, passphrase }: IssuedLink): string {
  return [url, ...(passphrase === undefined ? [] : [`passphrase: ${passphrase}`])].map(singleLine).join('\n')
}

/** What `pinned: false` means. */
const unpinned = 'the link names no version, so it delivers what is under this key when it is opened'

async function issueOne(
  file: IssueItem['file'],
  input: Parameters<typeof issueWithFile>[1],
  context: IssueContext,
): Promise<IssuedLink> {
  const { api, signal } = context
  try {
    return file === undefined ? await api.client.issue(input, { signal }) : await issueWithFile(file, input, context)
  } catch (error) {
    if (!signal.aborted) throw error
    // A link may exist. It was never printed, and expires.
    const remains = file === undefined ? '' : '; the file may be uploaded'
    const message = `interrupted: no link for ${JSON.stringify(input.key)} and anything after it${remains}`
    throw new UnreachableError(message, { cause: error })
  }
}

/** Throws if an option would have no effect, or would apply to several objects at once. */
function requireOneUse(
  files: readonly string[],
  values: LinkValues & { key?: readonly string[]; replace: boolean },
): void {
  const { key: keys = [], replace, 'version-id': version } = values
  if (replace && (files.length === 0 || keys.length === 0)) {
    throw new UsageError('--replace: got it alone, allowed: with FILE and --key')
  }
  const option =
    version !== undefined ? '--version-id' : values['allow-missing'] === true ? '--allow-missing' : undefined
  if (option !== undefined && files.length > 0) {
    throw new UsageError(
      `${option}: got it with FILE, allowed: with --key alone, because the link is for the uploaded version`,
    )
  }
  if (version !== undefined && keys.length > 1) {
    throw new UsageError(`--version-id: got it with ${keys.length} keys, allowed: with one`)
  }
}

/** An API does not name its bucket. Without this check, the file could go to the bucket of another deployment. */
function requireBucketName({ api, context = [] }: Address): void {
  if (api === undefined || context.some(pair => /^(name|environment)=/.test(pair))) return
  throw new UsageError(
    '--api: got it with FILE, allowed: with -c name=NAME, the deployment whose bucket gets the file, or with --key alone',
  )
}
