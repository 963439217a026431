import type { Settings } from '../../../infra/settings/settings.ts'
import { redact, table } from '../../terminal/text.ts'
import type { Answer, Question } from './question.ts'

/** A question with its answer. */
export interface Answered {
  readonly question: Pick<Question, 'id' | 'asks' | 'source'>
  readonly answer: Answer
  /** Whether the deployment relies on a yes. */
  readonly isRelied: boolean
}

/** What a report says of the deployment, beside its settings. */
export interface ReportInput {
  readonly settings: Settings
  readonly answered: readonly Answered[]
  /** The day, as `2026-11-26`. */
  readonly day: string
  /** What must not be in it, such as the host of links. */
  readonly secrets: readonly string[]
}

/** Returns the verdict of an answer in a word or few. */
function verdictOf(answer: Answer): string {
  if (answer.kind === 'word') return answer.word
  return answer.kind === 'failed' ? 'not tried' : answer.kind
}

/** Returns what was seen, and with a no also what gets around it. */
function detailOf(answer: Answer): string {
  if (answer.kind === 'not tried') return answer.why
  if (answer.kind === 'failed') return `failed: ${answer.why}`
  return answer.kind === 'no' ? `${answer.found} -> ${answer.around}` : answer.found
}

/** Formats answers as lines for a terminal, without anything private. */
export function answerLines({ answered, secrets }: Pick<ReportInput, 'answered' | 'secrets'>): string {
  return table(
    answered.map(({ question, answer }) => [
      withoutPrivate(verdictOf(answer), secrets),
      question.id,
      withoutPrivate(detailOf(answer), secrets),
    ]),
  )
}

/** The settings that a reader of the report needs. Names, hosts, accounts and mail addresses are not among them. */
const shownSettings = [
  'mode',
  'homeRegions',
  'witnessRegion',
  'keySpec',
  'gate',
  'ipv6',
  'http3',
  'plan',
  'network',
  'edgeMemory',
  'accessLogs',
  'encryption',
] as const

function settingsText(settings: Settings): string {
  return shownSettings
    .filter(name => settings[name] !== undefined)
    .map(name => `${name}: ${String(settings[name])}`)
    .join(', ')
}

/** Formats a report in Markdown, to paste into an issue: no account number, nonce, signed URL, address or secret is in it. */
export function markdownReport({ settings, answered, day, secrets }: ReportInput): string {
  const cell = (text: string) =>
    withoutPrivate(text, secrets)
      .replaceAll(/[\r\n]+/g, ' ')
      .replaceAll('|', '\\|')
  const rows = answered.map(({ question, answer, isRelied }) => {
    const cells = [
      question.asks,
      `**${cell(verdictOf(answer))}**${answer.kind === 'no' && isRelied ? ', and the deployment relies on it' : ''}`,
      cell(detailOf(answer)),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const asked = answered.filter(({ answer }) => answer.kind !== 'not tried' && answer.kind !== 'failed').length
  return [
    `## once prove, ${day}`,
    '',
    `${asked} of ${answered.length} questions answered. Settings: ${cell(settingsText(settings))}.`,
    '',
    '| question | answer | what was seen |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** What must not be in a report that others read, beside secrets, each with its replacement. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws[\w-]*:[^\s"'`,;|)]+/g, 'ARN'],
  [/\b\d{12}\b/g, 'ACCOUNT'],
  [/\b[a-z0-9]{8,}\.(?:cloudfront\.net|execute-api\.[\w.-]+)\b/g, 'HOST'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, 'ADDRESS'],
  // At least two colons: times have them too, but only digits between.
  [/(?<![\w:])(?=[0-9a-f:]*[0-9a-f])(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4}(?![\w:])/gi, 'ADDRESS'],
  [/(?<![\w:])[0-9a-f]{1,4}::[0-9a-f]{0,4}(?![\w:])/gi, 'ADDRESS'],
  // Ids of distributions, functions and public keys, and of requests to S3.
  [/\b[EK][A-Z0-9]{11,13}\b/g, 'ID'],
  [/\b(?:Extended )?Request ID: [\w+/=]+/g, 'Request ID'],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, 'KEY'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'ID'],
  // Ids of links, which names of errors can be as long as.
  [/(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{22}(?<!Exception|Error)(?![\w-])/g, 'LINK'],
  [/[^\s@|<>]+@[^\s@|<>]+\.[^\s@|<>]+/g, 'MAIL'],
  // The name of the person who runs it.
  [/(?:\/(?:home|Users)\/|\\Users\\)[^\s/\\'"]+/g, 'HOME'],
]

/**
 * Returns text without secrets, account numbers, ARNs, addresses, ids, and any of `words`, such as the host of links: a report is
 * pasted where everyone reads it, and errors of AWS repeat such things.
 */
export function withoutPrivate(text: string, words: readonly string[]): string {
  const named = words.filter(word => word !== '').reduce((rest, word) => rest.replaceAll(word, 'PRIVATE'), text)
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), redact(named))
}
