import { opensConsole } from '../../support/ministack/console.ts'
import { provesItself } from '../../support/ministack/prove.ts'
import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile standard with deliveryProof lives its whole life on MiniStack', {
  context: ['profile=standard', 'deliveryProof=true'],
  change: mailForAlarms,
  more: get => {
    provesItself(get)
    opensConsole(get)
  },
  runs: 'always',
})
