import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment in mode strong that signs with KMS lives its whole life on MiniStack', {
  context: ['mode=strong', 'signer=kms', 'homeRegions=us-east-1,us-east-2,us-west-2'],
  change: mailForAlarms,
  runs: 'always',
})
