import { check, fail, type Problem } from '../deployment/doctor/check.ts'
import type { Behaviour } from '../ports/aws-resources.ts'

const path = '/d/*'

/** Links are open to everybody and answered by one numbered version of our function; nothing else is open. */
export const linkBehaviour = check({
  name: 'link-behaviour',
  fine: `${path} is open and answered by a numbered version of our function; nothing else is open`,
  needs: ['distribution'],
  look({ distribution }, { names }) {
    if (distribution === undefined) return []
    const { behaviours } = distribution
    const [first, ...rest] = behaviours
    if (first?.path !== path) return [fail(`${path} is not the first behaviour of the distribution`)]
    const open = rest.filter(({ keyGroups }) => keyGroups.length === 0).map(behaviour => behaviour.path)
    return [
      ...(first.keyGroups.length === 0 && !first.trustsAccounts
        ? []
        : [fail(`${path} takes a signature: no link can be opened`)]),
      ...(open.length === 0 ? [] : [fail(`the distribution gives ${open.join(', ')} to everybody`)]),
      ...functionOf(first, names.edgeFunction),
    ]
  },
})

function functionOf({ functions }: Behaviour, name: string): readonly Problem[] {
  const [made, ...others] = functions
  if (made === undefined || others.length > 0) {
    return [fail(`${path} has ${functions.length} functions, expected: one`)]
  }
  const isOurs = new RegExp(`^arn:aws[a-z-]*:lambda:us-east-1:\\d+:function:${name}:\\d+$`).test(made.arn)
  return [
    ...(isOurs ? [] : [fail(`${path} is answered by ${made.arn}, expected: a numbered version of ${name}`)]),
    ...(made.event === 'viewer-request' ? [] : [fail(`the function of ${path} is called at ${made.event}`)]),
    ...(made.includesBody ? [fail(`the function of ${path} is given bodies, which it has no use for`)] : []),
  ]
}
