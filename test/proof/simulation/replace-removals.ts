import type { Patch } from '../../support/broken/copy.ts'
import type { replacePromises } from './replace-verdict.ts'

const issue = (find: string, replace: string): Patch => ({ file: 'api/links/issue.ts', find, replace })
const replacing = (find: string, replace: string): Patch => ({ file: 'api/links/replace.ts', find, replace })
const end = '    const refusal = await earlier?.endFor(link, region)\n    if (refusal !== undefined) return refusal\n'
const put = `    const written = await ports.links.put(link, region).catch((error: unknown) => {
      cause = error
    })
`
const takeOver = `earlier?.isEnded
    ? await idempotency.takeOver(record, request.issuedAt)
    : `
const ofTable = (find: string): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace: '' })

/** How to remove a guard of a replacement from the real code, and the promise that breaks. */
interface ReplaceRemoval {
  /** How the api behaves without it. */
  readonly name: string
  readonly breaks: keyof typeof replacePromises
  readonly patches: readonly Patch[]
}

/** Every guard of a replacement; without any, a promise breaks. */
export const replaceRemovals: readonly ReplaceRemoval[] = [
  { name: 'the new link is put first', breaks: 'one link at a time', patches: [issue(end + put, put + end)] },
  {
    name: 'a repeat goes on without a record',
    breaks: 'one replacement',
    patches: [issue(takeOver, '')],
  },
  {
    name: 'the link of an earlier attempt stays',
    breaks: 'one link at a time',
    patches: [replacing('if (known.replacedBy !== undefined) await bury', 'if (known.key === undefined) await bury')],
  },
  {
    name: 'a link of an earlier attempt that arrives late opens',
    breaks: 'one link at a time',
    patches: [
      replacing('  await ports.links.put(dead, region)\n', ''),
      replacing('if (revoked === undefined) throw', 'if (!region) throw'),
    ],
  },
  {
    name: 'the write does not compare the state',
    breaks: 'nothing beside',
    patches: [ofTable(' AND (${clause} OR #by = :by)')],
  },
  {
    name: 'the write does not compare the uses',
    breaks: 'nothing beside',
    patches: [ofTable("${uses ? ' AND size(#uses) = :uses' : ''}")],
  },
  {
    name: 'a link is replaced while what it handed out works',
    breaks: 'nothing beside',
    patches: [replacing('if (receipt === undefined ||', 'if (receipt === undefined || receipt ||')],
  },
]
