import type { Behaviour } from '../../ports/aws-cloudfront.ts'
import { isEdgeFunction } from '../names.ts'
import { fail, type Problem } from './check.ts'

/** The path pattern of links. */
export const linkPattern = '/d/*'

/** Yields what is wrong with the functions of links: they call one, a numbered version of the edge function. */
export function* functionProblems({ functions }: Behaviour, deployment: string): Iterable<Problem> {
  const [found, ...others] = functions
  if (found === undefined || others.length > 0)
    return yield fail(`${linkPattern} has ${functions.length} functions, expected: one`)
  if (!isEdgeVersion(found.arn, deployment))
    yield fail(`${linkPattern} calls ${found.arn}, expected: a numbered version of ${deployment}-edge`)
  if (found.event !== 'viewer-request') yield fail(`${linkPattern} calls its function at ${found.event}`)
  if (!found.includesBody)
    yield fail(`the function of ${linkPattern} gets no bodies: links with a passphrase can't be opened in a browser`)
}

/** Whether this is the ARN of a numbered version of the edge function. */
export function isEdgeVersion(arn: string, deployment: string): boolean {
  const [, name = ''] = /^arn:aws[a-z-]*:lambda:us-east-1:\d+:function:([^:]+):\d+$/.exec(arn) ?? []
  return isEdgeFunction(name, deployment)
}

/** Whether a behaviour calls the CloudFront Function `name` at `event`. */
export function hasFunction({ cloudFrontFunctions }: Behaviour, event: string, name: string): boolean {
  const arn = new RegExp(`^arn:aws[a-z-]*:cloudfront::\\d+:function/${name}$`)
  return cloudFrontFunctions.some(each => each.event === event && arn.test(each.arn))
}
