import { linkDaysOf } from '../../../../construct/parse-settings.ts'
import type { Bucket } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem } from '../check.ts'

/**
 * The bucket of the files is not public, keeps each version as long as a link may name it, and allows the deployment's
 * distribution only.
 */
export const contentBucket = check({
  name: 'content-bucket',
  fine: 'the bucket is private, keeps versions for longer than links, and allows only the distribution of the deployment',
  needs: ['distribution'],
  sees: ['content'],
  inspect({ content, distribution }, { settings, names }) {
    const name = names.contentBucket(settings.homeRegions[0])
    if (content === undefined) return [fail(`there is no bucket ${name}: its files are lost`)]
    const named = [...(content.policy ?? '').matchAll(/:distribution\/([\w*?]+)/g)].map(([, id]) => id)
    const others = named.filter(id => id !== distribution.id)
    return [
      ...(content.blocksPublicAccess ? [] : [fail(`${name} does not block public access`)]),
      ...versionProblems(content, name, linkDaysOf(settings)),
      ...(named.includes(distribution.id)
        ? []
        : [fail(`${name} does not allow distribution ${distribution.id}: files return 403`)]),
      ...(others.length === 0 ? [] : [fail(`${name} also allows distribution ${others.join(', ')}`)]),
    ]
  },
})

function versionProblems({ versioned, oldVersionDays }: Bucket, name: string, linkDays: number): readonly Problem[] {
  if (!versioned) {
    return [
      fail(
        `${name} keeps no versions: links are not pinned, and deliver what replaces their file after they were issued`,
      ),
    ]
  }
  if (oldVersionDays === undefined || oldVersionDays >= linkDays) return []
  const found = `the lifecycle of ${name} deletes an old version after ${oldVersionDays} days, but links need it for up to ${linkDays}`
  return [fail(found)]
}
