import { provesItself } from '../../support/ministack/prove.ts'
import { wholeLife } from '../../support/ministack/scenario.ts'
import { hostsThePage, startPageLogin } from '../../support/ministack/send-page.ts'

const pageLogin = await startPageLogin()

wholeLife(
  'a deployment of profile standard with deliveryProof, reminders and ends of files lives its whole life on MiniStack',
  {
    context: ['profile=standard', 'deliveryProof=true', 'reminders=true', 'fileEnds=true', ...pageLogin.settings],
    more: get => {
      hostsThePage(get, pageLogin)
      provesItself(get, pageLogin)
    },
  },
)
