import type { InvalidField } from '../fields.ts'
import { type Region, regions } from '../regions.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const view = {
  type: 'string',
  enum: regions,
  description: 'The home Region of the link: in mode `home`, the only Region that may consume it.',
  'x-allowed': `one of ${regions.join(', ')}`,
} as const

/** The home Region of a link. */
export const homeRegion = {
  schema: {
    ...view,
    description:
      'The home Region of the link: choose the one nearest to its viewers. By default, the first home Region of the deployment.',
  },
  /** Each link has one. */
  store({ homeRegion }: { readonly homeRegion?: Region }, { deployment }: IssueContext) {
    return { homeRegion: homeRegion ?? deployment.homeRegions[0] }
  },
  /** Refuses a Region without a replica, and one that is to be removed. */
  check(
    _input: object,
    { homeRegion }: IssueRequest,
    { deployment: { homeRegions, leavingRegions, network } }: IssueContext,
  ): InvalidField[] {
    const open = homeRegions.filter(region => !leavingRegions.includes(region))
    if (open.includes(homeRegion)) return []
    const isLeaving = leavingRegions.includes(homeRegion)
    const isElsewhere = network === 'private' ? ': this API is in a private network and reaches no other Region' : ''
    const why = isLeaving ? ': that Region is being removed and gets no new links' : isElsewhere
    return [{ field: 'homeRegion', got: JSON.stringify(homeRegion), allowed: `one of ${open.join(', ')}${why}` }]
  },
  /** How a link shows its home Region: one that a nonce of this version can name. */
  view,
  words: {
    usage: ['--home-region NAME', "the link's home Region: choose one near its viewers"],
    status: ['home'],
    field: { choices: [''] },
    docs: ['home Region: the one nearest its readers ([modes](protocol.md#two-modes))', "the deployment's first"],
    privacy: ['`homeRegion`', 'where the link is', 'no', '`homeRegions`, `homeRegion`'],
  },
} as const
