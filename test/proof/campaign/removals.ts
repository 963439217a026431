import type { Patch } from '../../broken/copy.ts'

/** How to remove what keeps a campaign's promises when the store throttles, from the real code. */
export interface CampaignRemoval {
  readonly name: string
  /** What is then wrong. */
  readonly flaw: string
  readonly patches: readonly Patch[]
}

const deadlines = 'shared/redemption/deadlines.ts'
const writeResult = 'shared/redemption/write-result.ts'
const effect = 'shared/redemption/effect-of-error.ts'
const withoutBudget = { file: writeResult, find: 'isThrottled(error) && !retries.spend()', replace: 'false' }

/** Every removal must break a campaign (campaign.test.ts). */
export const removals: readonly CampaignRemoval[] = [
  { name: 'retry-budget', flaw: 'a throttled write is repeated until the deadline', patches: [withoutBudget] },
  {
    name: 'time-for-a-write',
    flaw: 'the last write before the deadline starts although its response would come too late',
    patches: [withoutBudget, { file: deadlines, find: 'minWriteMs = 500', replace: 'minWriteMs = 20' }],
  },
  {
    name: 'throttle-has-no-effect',
    flaw: 'a throttled write counts as one whose effect is unknown',
    patches: [
      withoutBudget,
      { file: effect, find: 'if (temporarilyRejected.has(name) ||', replace: 'if (' },
      { file: effect, find: 'status >= 400 && status < 500 ?', replace: 'status > 400 && status < 500 ?' },
    ],
  },
  {
    name: 'throttle-is-no-refusal',
    flaw: 'a throttled write is answered as if the link were used',
    patches: [
      {
        file: writeResult,
        find: "return { kind: 'overloaded' }",
        replace: "return { kind: 'condition-failed', found: undefined }",
      },
    ],
  },
]
