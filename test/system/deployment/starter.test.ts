import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile starter lives its whole life on MiniStack', {
  context: ['profile=starter'],
  change: mailForAlarms,
  runs: 'on-demand',
})
