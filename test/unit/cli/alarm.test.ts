import { expect, test } from 'vitest'
import { alarmRows, urgencyOf } from '../../../infra/alarm-list.ts'
import { deployed, once, preparedAccount, settings } from '../../support/cli/fake-deployment.ts'

const endpoints = '[{"id":"orders","url":"https://shop.example.com/hook","secretName":"hook"}]'
const all = [
  'alarms=all',
  'deliveryProof=true',
  'fileEnds=true',
  `endpoints=${endpoints}`,
  'homeRegions=us-east-1,us-east-2',
]

/** Runs `once alarm` for a deployment with these settings. */
async function alarm(args: readonly string[], pairs: readonly string[] = all) {
  return once(await deployed(...pairs), ['alarm', ...args, ...settings(...pairs)])
}

test.each(Object.entries(alarmRows))('once alarm %s prints its commands without a blank', async (name, row) => {
  const { code, said, noted } = await alarm([`once-${name}`])
  expect(code, noted).toBe(0)
  expect(said).toMatch(new RegExp(`^${urgencyOf(row)}\\. [^]*\n *aws `))
  expect(said).not.toMatch(/\bN[-/]|\b(ACCOUNT|ENDPOINT|FROM|TO)\b|FUNCTION\b|_REGION\b|\]\(|```/)
})

test('commands are for the Regions, the edge function and the hours of the deployment', async () => {
  const { said } = await alarm(['edge-throttled', '--hours', '12'])
  expect(said.split('\n').slice(-6)).toEqual([
    expect.stringMatching(/^for edge_region in us-east-1 us-east-2( [a-z]+-[a-z]+-\d){11}; do$/),
    '  echo $edge_region',
    '  aws cloudwatch get-metric-statistics --region $edge_region --namespace AWS/Lambda --metric-name Throttles \\',
    '    --dimensions Name=FunctionName,Value=us-east-1.once-edge-0123abcd --start-time 2026-11-24T00:00:00Z --end-time 2026-11-24T12:00:00Z --period 900 --statistics Sum',
    expect.stringMatching(/^ {2}echo aws service-quotas .* --region \$edge_region /),
    'done',
  ])
})

test('what one Region has needs no loop, and values of DynamoDB stay as they are', async () => {
  const { said } = await alarm(['used-links-refused'], ['profile=starter'])
  expect(said).toContain('\naws dynamodb scan --table-name once-links --region us-east-1 ')
  expect(said).toContain(`'{":n":{"N":"0"}}'`)
})

test('functions of a private API have their own names', async () => {
  const { said } = await alarm(['api-5xx'], ['network=private'])
  expect(said).toContain('for api_function in once-private-links once-private-exchange once-private-uploads; do')
  expect(said).toContain('aws logs tail /aws/lambda/$api_function --region us-east-1 --since 2026-11-24T10:00:00Z')
})

test('without a name it lists the alarms of the deployment', async () => {
  expect(JSON.parse((await alarm(['--json'], [])).said)).toHaveLength(10)
  expect((await alarm([])).said).toMatch(/^edge-throttled +Wakes you$[^]*^webhooks-dead +Waits for the morning$/m)
})

test.each([
  [['table-throtled'], [], 'alarm: got "table-throtled", allowed: outcome-unknown, distribution-5xx'],
  [['table-throttled'], [], 'alarm: got "table-throttled", allowed: outcome-unknown, distribution-5xx'],
  [['api-5xx', 'staging'], [], 'environment: got "staging", allowed: none'],
  [['api-5xx', '--hours', '0'], [], '--hours: got "0", allowed: 1 to 120'],
])('once alarm %j is refused with what is wrong', async (args, pairs, message) => {
  expect(await alarm(args, pairs)).toMatchObject({
    code: 2,
    said: '',
    noted: expect.stringContaining(message) as string,
  })
})

test('without a deployment there are no names to fill in', async () => {
  const { code, said, noted } = await once(preparedAccount(), ['alarm', 'api-5xx'])
  expect([code, said, noted]).toEqual([2, '', 'no edge function of once: deploy one with npm run deploy'])
})
