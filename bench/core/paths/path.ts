import { browserEvent } from '../../event.ts'
import type { LinkKind } from '../../link-kinds.ts'
import type { FunctionResponse } from '../../subject.ts'
import { exchangeEvent, formEvent, programEvent, valuesOf } from './events.ts'

/** One kind of requests, of which each row of the report measures one. */
export interface Step {
  /** Name of its rows. */
  readonly name: string
  readonly status: string
  /** Figure that its ratio of CPU counts for. */
  readonly figure: 'pathCpuRatio' | 'pageCpuRatio' | 'exchangeCpuRatio'
  /** Makes the event for a link. `earlier` is the response of the step before, empty in the first. */
  eventOf(nonce: string, earlier: FunctionResponse): object
  /** Whether a response with that status has what its client needs. */
  isComplete(response: FunctionResponse, earlier: FunctionResponse): boolean
}

/** Requests that a link gets one after the other. */
export interface Path {
  /** Which function ships for it. */
  readonly shipped: 'edge' | 'edge with KMS' | 'exchange'
  /** Name of the baseline's function. */
  readonly baseline: 'player' | 'confirmation' | 'receipt' | 'kms' | 'exchange'
  readonly links: LinkKind
  readonly steps: readonly Step[]
}

const player: Step = {
  name: 'player page with cookies',
  status: '200',
  figure: 'pathCpuRatio',
  eventOf: nonce => browserEvent(nonce),
  isComplete(response) {
    const cookies = valuesOf(response, 'set-cookie').join()
    const names = ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id']
    return response.body?.includes('<video') === true && names.every(name => cookies.includes(`${name}=`))
  },
}

const confirmationPage: Step = {
  name: 'confirmation page',
  status: '200',
  figure: 'pageCpuRatio',
  eventOf: nonce => browserEvent(nonce),
  isComplete: ({ body }) => body?.includes('<form method="post"') === true,
}

const confirmed: Step = {
  name: 'form of that page',
  status: '200',
  figure: 'pathCpuRatio',
  eventOf: formEvent,
  isComplete: isSigned,
}

const redemption: Step = {
  name: 'redemption with a receipt',
  status: '302',
  figure: 'pathCpuRatio',
  eventOf: nonce => programEvent(nonce, `download-${nonce}`),
  isComplete: isSigned,
}

const repeat: Step = {
  ...redemption,
  name: 'repeat of that redemption',
  isComplete: (response, earlier) => isSigned(response) && policyOf(response) === policyOf(earlier),
}

const exchange: Step = {
  name: 'exchange for a presigned S3 URL',
  status: '200',
  figure: 'exchangeCpuRatio',
  eventOf: nonce => exchangeEvent(nonce),
  isComplete: ({ body }) => body?.includes('X-Amz-Signature=') === true,
}

/** All paths but the plain redemption. */
export const paths: readonly Path[] = [
  { shipped: 'edge', baseline: 'player', links: 'player', steps: [player] },
  { shipped: 'edge', baseline: 'confirmation', links: 'confirm', steps: [confirmationPage, confirmed] },
  { shipped: 'edge', baseline: 'receipt', links: 'receipt', steps: [redemption, repeat] },
  {
    shipped: 'edge with KMS',
    baseline: 'kms',
    links: 'receipt',
    steps: [{ ...redemption, name: 'redemption that KMS signs in 10 ms' }],
  },
  { shipped: 'exchange', baseline: 'exchange', links: 'plain', steps: [exchange] },
]

function isSigned(response: FunctionResponse): boolean {
  return policyOf(response) !== undefined && /[?&]Signature=[^&]/.test(locationOf(response))
}

/** Returns the policy in a signed URL: who may use it, and until when. */
function policyOf(response: FunctionResponse): string | undefined {
  return /[?&]Policy=([^&]+)/.exec(locationOf(response))?.[1]
}

/** Returns where a redirect leads, or a page after a button. */
function locationOf(response: FunctionResponse): string {
  return valuesOf(response, 'location')[0] ?? valuesOf(response, 'refresh')[0] ?? ''
}
