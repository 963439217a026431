import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Answer } from '../../../../cli/deployment/prove/question.ts'
import { answerLines, markdownReport, type ReportInput } from '../../../../cli/deployment/prove/report.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'

const host = 'd111111abcdef8.cloudfront.net'
const settings = parseSettings({
  homeRegions: ['us-east-1'],
  name: 'once',
  account: '111122223333',
  alarmEmail: 'ops@example.com',
  domainName: 'files.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/c',
})

function reportOf(...answers: readonly Answer[]): ReportInput {
  const question = { id: 'one', asks: 'does it?', source: 'nowhere' }
  const answered = answers.map(answer => ({ question, answer, isRelied: true }))
  return { settings, answered, day: '2026-11-26', secrets: ['111122223333', host, 'files.example.com'] }
}

test('a report has a row for each question: its answer, what was seen, and for a no what gets around it', () => {
  const report = markdownReport(
    reportOf(
      { kind: 'yes', found: 'it does' },
      { kind: 'no', found: 'it | does not', around: "keySpec: 'RSA-2048'" },
      { kind: 'word', word: 'gate first', found: 'seen' },
      { kind: 'not tried', why: 'no terminal' },
      { kind: 'failed', why: 'ThrottlingException' },
    ),
  )
  expect(report).toContain('## once prove, 2026-11-26')
  expect(report).toContain('3 of 5 questions answered')
  expect(report).toContain(
    "| does it? | **no**, and the deployment relies on it | it \\| does not -> keySpec: 'RSA-2048' |",
  )
  expect(report).toContain('| does it? | **gate first** | seen |')
  expect(report).toContain('| does it? | **not tried** | failed: ThrottlingException |')
})

/** One of these characters, which are all ASCII. */
const charactersOf = (text: string) => fc.constantFrom(...text.split(''))
const base64url = charactersOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const textOf = (characters: fc.Arbitrary<string>, length: number) =>
  fc.string({ unit: characters, minLength: length, maxLength: length })
const hex = charactersOf('0123456789abcdef')
const nonce = textOf(base64url, 42).map(rest => `E${rest}`)

/** Each makes a text that must not be in a report, and says what of it must not. */
const privates: Readonly<Record<string, fc.Arbitrary<readonly [string, string]>>> = {
  nonce: nonce.map(text => [text, text]),
  link: nonce.map(text => [`https://${host}/d/${text}`, text]),
  'signature of a URL': textOf(base64url, 86).map(text => [
    `/once/prove.txt?Signature=${text}&Hash-Algorithm=SHA256`,
    text,
  ]),
  policy: textOf(base64url, 120).map(text => [`?Policy=${text}&x=1`, text]),
  'secret of a client': textOf(base64url, 43).map(text => [`Once-Client: ${text}`, text]),
  'account number': fc.stringMatching(/^[1-9]\d{11}$/).map(text => [`account ${text} is not`, text]),
  ARN: fc.stringMatching(/^[1-9]\d{11}$/).map(text => [`arn:aws:iam::${text}:role/Admin`, 'role/Admin']),
  'IPv4 address': fc.ipV4().map(text => [`from ${text}.`, text]),
  'IPv6 address': fc
    .array(textOf(hex, 4), { minLength: 8, maxLength: 8 })
    .map(groups => groups.join(':'))
    .map(text => [`from ${text} now`, text]),
  'short IPv6 address': textOf(hex, 4).map(text => [`(2001:db8:${text}::1)`, `db8:${text}`]),
  'host of the distribution': fc.constant([`https://${host}/`, host] as const),
  'host of links': fc.constant(['files.example.com refused', 'files.example.com'] as const),
  'host of the api': textOf(hex, 10).map(text => [`${text}.execute-api.us-east-1.amazonaws.com`, text]),
  'id of a request': fc.uuid().map(text => [`RequestId: ${text}`, text]),
  'mail address': fc.constant(['user someone@example.com may not', 'someone@'] as const),
  'id of a link': textOf(base64url, 20).map(rest => [`link x${rest}Y is used`, `x${rest}Y`]),
  'id of a public key': textOf(charactersOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'), 13).map(text => [
    `key K${text} is`,
    text,
  ]),
  'id of a request to S3': textOf(charactersOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'), 16).map(text => [
    `(Service: S3, Request ID: ${text})`,
    text,
  ]),
  'name of who runs it': fc.constant(["no such file, open '/home/jdoe/.aws/config'", 'jdoe'] as const),
  'id of a key': textOf(charactersOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'), 16).map(text => [`AKIA${text} is`, text]),
}

const place = fc.constantFrom<(text: string) => Answer>(
  text => ({ kind: 'yes', found: text }),
  text => ({ kind: 'no', found: text, around: 'once doctor' }),
  text => ({ kind: 'no', found: 'no', around: text }),
  text => ({ kind: 'word', word: text, found: 'seen' }),
  text => ({ kind: 'not tried', why: text }),
  text => ({ kind: 'failed', why: text }),
)

test.each(Object.entries(privates))('wherever AWS repeats it, no report has the %s', (_, made) => {
  const around = fc.constantFrom('', 'AccessDenied: ', 'User: x is not authorized: ')
  fc.assert(
    fc.property(made, place, around, ([text, secret], answerWith, before) => {
      const input = reportOf(answerWith(`${before}${text}`))
      expect(markdownReport(input)).not.toContain(secret)
      expect(answerLines(input)).not.toContain(secret)
    }),
  )
})

test('a report keeps what its readers need: Regions, statuses, sizes, times and settings', () => {
  const found =
    'P-256 with SHA-256: 403 by the gate at 12:30:45 in us-east-1, us-east-2; 45 bytes; 256 MB; 20 units -> mode: home'
  expect(markdownReport(reportOf({ kind: 'yes', found }))).toContain(found)
  expect(markdownReport(reportOf())).toContain('mode: home, homeRegions: us-east-1, keySpec: P-256')
  expect(markdownReport(reportOf())).not.toMatch(/example\.com|1111/)
})
