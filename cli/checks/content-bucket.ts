import { check, fail } from '../deployment/doctor/check.ts'

/** The files are in a bucket that is not public, keeps old versions, and is read by our distribution. */
export const contentBucket = check({
  name: 'content-bucket',
  fine: 'the bucket is private, versioned, and read by our distribution alone',
  needs: ['content', 'distribution'],
  look({ content, distribution }, { settings: { homeRegions }, names }) {
    const name = names.contentBucket(homeRegions[0])
    if (content === undefined) return [fail(`there is no bucket ${name}`)]
    const named = [...(content.policy ?? '').matchAll(/:distribution\/([\w*?]+)/g)].map(([, id]) => id)
    const others = named.filter(id => id !== distribution?.id)
    return [
      ...(content.blocksPublicAccess ? [] : [fail(`${name} does not block public access`)]),
      ...(content.versioned ? [] : [fail(`${name} keeps no old versions`)]),
      ...(distribution === undefined || named.includes(distribution.id)
        ? []
        : [fail(`${name} is not open to distribution ${distribution.id}: files answer 403`)]),
      ...(others.length === 0 ? [] : [fail(`${name} is also open to distribution ${others.join(', ')}`)]),
    ]
  },
})
