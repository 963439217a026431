import type { Patch } from '../../support/broken/copy.ts'
import type { replacePromises } from './replace-verdict.ts'

const issue = (find: string, replace: string): Patch => ({ file: 'api/issue.ts', find, replace })
const replacing = (find: string, replace: string): Patch => ({ file: 'api/replace.ts', find, replace })
const end = '    await earlier?.endFor(link, region)\n'
const put = '    const written = await ports.links.put(link, region).catch((error: unknown) => void (cause = error))\n'
const ofTable = (find: string): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace: '' })

/** Every guard of a replacement: how the api behaves without it, which promise breaks, and how to remove it from the real code. */
export const replaceRemovals: readonly (readonly [
  name: string,
  breaks: keyof typeof replacePromises,
  patches: readonly Patch[],
])[] = [
  ['the new link is put first', 'one link at a time', [issue(end + put, put + end)]],
  [
    'a repeat goes on without a record',
    'one replacement',
    [issue("earlier?.isEnded ? 'takeOver' : 'reserve'", "'reserve' as 'reserve' | 'takeOver'")],
  ],
  [
    'the link of an earlier attempt stays',
    'one link at a time',
    [replacing('if (known.replacedBy !== undefined) await bury', 'if (known.key === undefined) await bury')],
  ],
  [
    'a link of an earlier attempt that arrives late opens',
    'one link at a time',
    [
      replacing('  await ports.links.put(dead, region)\n', ''),
      replacing('if (revoked === undefined) throw', 'if (!region) throw'),
    ],
  ],
  ['the write does not compare the state', 'nothing beside', [ofTable(' AND (${clause} OR #by = :by)')]],
  ['the write does not compare the uses', 'nothing beside', [ofTable("${uses ? ' AND size(#uses) = :uses' : ''}")]],
  [
    'a link is replaced while what it handed out works',
    'nothing beside',
    [replacing('if (receipt === undefined ||', 'if (receipt === undefined || receipt ||')],
  ],
]
