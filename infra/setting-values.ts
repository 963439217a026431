import * as v from 'valibot'
import { parsedText } from '../shared/fields.ts'

/** Retention periods of CloudWatch Logs, in days (AWS, PutRetentionPolicy). */
export const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const

/** Schema of a setting that is on or off. */
export const flag = v.boolean('true or false')

/** Schema of text that `pattern` allows; `rule` says which. */
export const text = (pattern: RegExp, rule: string) =>
  parsedText(value => (pattern.test(value) ? value : undefined), rule)

/** The same, or a token of the CDK for it. */
export const reference = (pattern: RegExp, rule: string) =>
  parsedText(value => (pattern.test(value) || value.startsWith('${Token[') ? value : undefined), rule)
