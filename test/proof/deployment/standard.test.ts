import { opensConsole } from '../../support/ministack/console.ts'
import { provesItself } from '../../support/ministack/prove.ts'
import { mailForAlarms, wholeLife } from '../../support/ministack/scenario.ts'

wholeLife('a deployment of profile standard with deliveryProof lives its whole life on MiniStack', {
  context: ['profile=standard', 'deliveryProof=true'],
  change: mailForAlarms,
  more: get => {
    opensConsole(get)
    // It makes the bucket of access logs its own, and deletes it.
    provesItself(get)
  },
})
