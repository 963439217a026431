import { driftOf } from '../../doctor/collect-facts.ts'
import { problemsOfDrift } from '../../doctor/drift.ts'
import { factOf, no, notTried, type Question, yes } from '../question.ts'

/** CloudFormation takes nothing that it made for a change by hand, but what the doctor leaves out. */
export const drift: Question = {
  id: 'drift',
  asks: 'after a deployment, CloudFormation finds no change that the doctor would report',
  source: "CloudFormation's coverage roadmap: 901, 1297, 1369, 2232, 2571",
  isRelied: () => false,
  async answer({ facts, names, ports }) {
    const stacks = await driftOf(factOf(facts, 'stacks'), ports.aws)
    if (stacks.length === 0) return notTried('no stack is complete -> npm run deploy')
    const found = stacks.flatMap(({ resources, unread }) => [
      ...resources.flatMap(({ type, isDeleted, differences }) => [
        ...(isDeleted ? [`${type} deleted`] : []),
        ...differences.map(({ path, kind }) => `${type} ${path} ${kind}`),
      ]),
      ...(unread === undefined ? [] : [`not all was compared: ${unread}`]),
    ])
    const text = found.length === 0 ? 'it finds none' : [...new Set(found)].join(', ')
    const isRed = stacks.some(stack =>
      stack.resources.some(each => problemsOfDrift(each, stack, names.linksTable).length > 0),
    )
    return isRed ? no(text, 'if no person changed it, file an issue with this line; once doctor says more') : yes(text)
  },
}
