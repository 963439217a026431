import { provesItself } from '../../support/ministack/prove.ts'
import { wholeLife } from '../../support/ministack/scenario.ts'
import { certificateForPage, hostsThePage, startPageLogin } from '../../support/ministack/send-page.ts'

const pageLogin = await startPageLogin()

wholeLife(
  'a deployment of profile standard with deliveryProof, reminders, ends of files and links that take one lives its whole life on MiniStack',
  {
    context: [
      'profile=standard',
      'deliveryProof=true',
      'reminders=true',
      'fileEnds=true',
      'uploadLinks=true',
      ...pageLogin.settings,
    ],
    prepare: certificateForPage,
    more: get => {
      hostsThePage(get, pageLogin)
      provesItself(get, pageLogin)
    },
  },
)
