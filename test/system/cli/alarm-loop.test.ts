import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { deployed, once, settings } from '../../support/cli/fake-deployment.ts'

test('the loop on failed ends of files calls the function with the link of each message, and drops those that succeed', async () => {
  const pairs = ['profile=starter', 'fileEnds=true']
  const { said } = await once(await deployed(...pairs), ['alarm', 'file-ends-failing', ...settings(...pairs)])
  // What the CLI prints of a message of Scheduler, whose body is its whole request, and of two of Lambda, whose body is the event.
  expect(said).toContain('[ReceiptHandle, MessageAttributes.SCHEDULE_ARN.StringValue || Body]')
  const [one, two, three] = ['q7pTEDdbZ3y1DvHvGTzYxA', '-f-TEDdbZ3y1DvHvGTzYxB', 'id_TEDdbZ3y1DvHvGTzYxC']
  const arn = `arn:aws:scheduler:us-east-1:111122223333:schedule/once-links/f-${one}.1700000000.1699999999`
  const aws = `aws() {
  case "$*" in
    *receive-message*) printf '%s\\t%s\\n' r1 '${arn}' r2 '{"id":"${two}"}' r3 '{"id":"${three}"}' ;;
    *"lambda invoke"*${three}*) echo Unhandled; echo "$*" >&3 ;;
    *"lambda invoke"*) echo None; echo "$*" >&3 ;;
    *delete-message*) echo "$*" >&3 ;;
  esac
}`
  const made = execFileSync('sh', ['-c', `exec 3>&1; ${aws}\n${said.slice(said.indexOf('\naws logs'))}\n:`]).toString()
  const done = made.split('\n').flatMap(line => /--payload (\S+)|--receipt-handle (\S+)/.exec(line)?.[0] ?? [])
  const call = (id: string) => `--payload {"id":"${id}"}`
  expect(done).toEqual([call(one), '--receipt-handle r1', call(two), '--receipt-handle r2', call(three)])
})
