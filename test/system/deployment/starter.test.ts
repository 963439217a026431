import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile starter with an audit lives its whole life on MiniStack', {
  context: ['profile=starter', 'audit=true'],
  change: mailForAlarms,
  runs: 'on-demand',
})
