import { provesItself } from '../../support/ministack/prove.ts'
import { wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile standard lives its whole life on MiniStack', {
  context: ['profile=standard'],
  more: provesItself,
  change: { setting: 'requestsPerSecond=50', changes: [/^API once us-east-1$/, /^stack once-us-east-1 us-east-1$/] },
})
