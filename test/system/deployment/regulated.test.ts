import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile regulated lives its whole life on MiniStack', {
  context: ['profile=regulated'],
  change: mailForAlarms,
  runs: 'on-demand',
  unmeasured:
    'MiniStack makes no network interface, no flow log and no call of S3 to KMS, for which its roles have permissions',
})
