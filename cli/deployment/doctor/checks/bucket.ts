import { linkDaysOf } from '../../../../infra/settings/parse-settings.ts'
import type { Bucket } from '../../../ports/aws-data.ts'
import { check, fail, type Problem, warn } from '../check.ts'
import type { Expected } from '../facts.ts'

/**
 * A bucket of yours lets the distribution read it. It may lack versions or have further readers, which weakens links, or refuse the
 * uploads that are on: a warning.
 */
export const contentBucket = check({
  name: 'content-bucket',
  fine: 'your bucket is private, keeps versions for longer than links, takes uploads if they are on, and allows only the distribution of the deployment',
  needs: ['distribution'],
  sees: ['content'],
  appliesTo: (_, { used }) => used?.content !== undefined,
  *inspect({ content, distribution }, expected) {
    const { settings, names, used } = expected
    const name = names.contentBucket(settings.homeRegions[0])
    const hasUploads = used?.content?.uploads === true
    const printed = hasUploads ? statementAndCors : 'BucketStatement'
    if (isOfOther(expected)) return yield unreadable(`the bucket ${name}`, used?.content?.account, printed)
    if (content === undefined) return yield fail(`there is no bucket ${name}: its files are lost`)
    const others = distributionsIn(content.policy).filter(id => id !== distribution.id)
    const closed = `${name} does not allow distribution ${distribution.id}: files return 403`
    const open = `${name} also allows distribution ${others.join(', ')}`
    if (!content.blocksPublicAccess) yield warn(`${name} does not block public access`, blockAccess(name))
    yield* versionProblems(content, name, linkDaysOf(settings))
    if (hasUploads) yield* uploadProblems(content, name)
    if (!allowsIt(content.policy, distribution.id)) yield fail(closed, toAdd('BucketStatement'))
    if (others.length > 0)
      yield warn(open, `make sure that ${others.join(', ')} serves no file for which you issue links`)
  },
})

/** The key of files in a bucket of yours lets CloudFront decrypt for the distribution. */
export const contentKey = check({
  name: 'content-key',
  fine: 'the key of the files lets the distribution decrypt them',
  needs: ['distribution'],
  sees: ['contentKey'],
  appliesTo: (_, { used }) => used?.content?.key !== undefined,
  inspect({ contentKey: policy, distribution }, { account, used }) {
    const key = used?.content?.key ?? ''
    const [, , , , owner] = key.split(':')
    if (owner !== account) return [unreadable(`the key ${key}`, owner, 'KeyStatement')]
    if (policy === undefined) return [fail(`there is no key ${key}: files can't be decrypted`, 'set content.key')]
    if (allowsIt(policy, distribution.id)) return []
    return [fail(`${key} does not allow distribution ${distribution.id}: files return 403`, toAdd('KeyStatement'))]
  },
})

/**
 * GuardDuty scans what is uploaded: in the state `ERROR` nothing gets a result, in `WARNING` perhaps not everything (GuardDuty,
 * "Understanding Malware Protection plan status").
 */
export const scanPlan = check({
  name: 'scan-plan',
  fine: "GuardDuty's plan scans what is uploaded",
  needs: [],
  sees: ['scanPlan'],
  appliesTo: ({ scan }) => scan !== undefined,
  inspect({ scanPlan: plan }) {
    if (plan === undefined) return [fail('GuardDuty has no plan for the bucket: no new file gets a link')]
    const found = `GuardDuty's plan is in state ${plan.status}: ${plan.reasons.join(', ') || 'without a reason'}`
    if (plan.status === 'WARNING') return [warn(found)]
    return plan.status === 'ACTIVE' ? [] : [fail(`${found}; no new file gets a link`)]
  },
})

/** Returns the ids of the distributions that a policy names; `*` for any. */
function distributionsIn(policy: string | undefined): readonly string[] {
  return [...(policy ?? '').matchAll(/:distribution\/([\w*?]+)/g)].map(([, id = '']) => id)
}

function allowsIt(policy: string | undefined, distribution: string): boolean {
  return distributionsIn(policy).some(id => id === distribution || id === '*')
}

function isOfOther({ used, account }: Expected): boolean {
  return used?.content !== undefined && used.content.account !== account
}

/** Ends of the names of the outputs with what the owner of a bucket adds. */
const statementAndCors = 'BucketStatement, and its CORS rules with the output ...BucketCors,'

function unreadable(what: string, owner: string | undefined, output: string): Problem {
  const todo = `ask its owner to compare its policy with the output ...${output} of the distribution's stack`
  return warn(`${what} is of account ${owner ?? 'unknown'}, whose policies can't be read from here`, todo)
}

/** Returns the advice for a policy that the construct can't change. */
function toAdd(output: string): string {
  return `add the output ...${output} of the distribution's stack to the policy; if the stack lacks it, deploy again`
}

function blockAccess(bucket: string): string {
  const all = 'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true'
  return `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration ${all}`
}

function versionProblems({ versioned, oldVersionDays }: Bucket, name: string, linkDays: number): readonly Problem[] {
  if (!versioned) {
    const found = `${name} keeps no versions: links are not pinned, and deliver what replaces their file after they were issued`
    const todo = `aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=Enabled`
    return [warn(found, todo)]
  }
  if (oldVersionDays === undefined || oldVersionDays >= linkDays) return []
  const found = `the lifecycle of ${name} deletes an old version after ${oldVersionDays} days, but links need it for up to ${linkDays}`
  return [warn(found, 'keep old versions longer, or lower maxLinkSeconds')]
}

function* uploadProblems({ takesUploads, abortsUploads }: Bucket, name: string): Iterable<Problem> {
  if (!takesUploads) {
    const todo =
      "add the rule of the output ...BucketCors of the distribution's stack to its CORS rules; if the stack lacks it, deploy again"
    yield warn(`the CORS rules of ${name} let no page send files`, todo)
  }
  if (abortsUploads) return
  const found = `the lifecycle of ${name} keeps the parts of uploads that nobody completes, which AWS bills`
  yield warn(found, 'add a lifecycle rule with AbortIncompleteMultipartUpload of 1 day')
}
