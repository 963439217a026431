import type { ParseArgsOptionsConfig } from 'node:util'
import type { IssuedLink } from '../../client/client.ts'
import { type Command, exitCodes, UnreachableError, UsageError } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import { forEach } from './for-each-link.ts'
import { type IssueItem, itemsOf } from './issue-items.ts'
import { linkFieldsOf, linkOptions, linkOptionsUsage, withMediaValue } from './issue-options.ts'
import { type IssueContext, issueWithFile } from './issue-with-file.ts'
import { type Address, apiOptions, apiUsage, openApi, withLocalOrigin } from './link-api.ts'

const issueOptions = {
  key: { type: 'string', short: 'k', multiple: true },
  ...linkOptions,
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usage = `once issue (FILE... [--key KEY] | --key KEY...) [options]

Uploads files and issues a link for each, or issues links for existing objects. Prints only the links, one per line. Each
link is a secret and is printed only once. Details go to standard error.

  FILE                a file to upload; it replaces an object with the same key
  -k, --key KEY       the object's key (default: the file's name); if it ends in a slash, the folder of the object. Without
                      FILE, the key of an existing object; repeatable
${linkOptionsUsage}
${apiUsage(22)}

  once issue report.pdf
  once issue --expires-in 2d --confirm --key 2026/11/ *.pdf
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
    const { values, positionals } = parseWithOperands(withLocalOrigin(withMediaValue(args)), issueOptions)
    const fields = linkFieldsOf(values)
    const items = await itemsOf(positionals, values, ports)
    if (positionals.length > 0) requireBucketName(values)
    const api = await openApi(values, ports)
    const signal = ports.interrupts.abortOnInterrupt()
    const act = async ({ key, file }: IssueItem) => {
      const link = await issueOne(file, { ...fields, key }, { api, ports, signal })
      ports.print(values.json ? JSON.stringify({ key, ...link }) : link.url)
      ports.info(`${key}: ${link.id}, expires ${link.expiresAt}, home ${link.homeRegion}`)
    }
    return forEach(items, act, { nameOf: ({ key }) => key, options: issueOptions, info: ports.info })
  },
}

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
    const message = `interrupted: no link for ${JSON.stringify(input.key)} and anything after it`
    throw new UnreachableError(message, { cause: error })
  }
}

/** An API does not name its bucket. Without this check, the file could go to the bucket of another deployment. */
function requireBucketName({ api, context = [] }: Address): void {
  if (api === undefined || context.some(pair => pair.startsWith('name='))) return
  throw new UsageError(
    '--api: got it with FILE, allowed: with -c name=NAME, the deployment whose bucket gets the file, or with --key alone',
  )
}
