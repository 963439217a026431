import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile regulated with an audit lives its whole life on MiniStack', {
  context: ['profile=regulated', 'audit=true'],
  change: mailForAlarms,
  runs: 'always',
})
