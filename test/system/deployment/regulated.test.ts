import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile regulated lives its whole life on MiniStack', {
  context: ['profile=regulated'],
  change: mailForAlarms,
  runs: 'on-demand',
})
