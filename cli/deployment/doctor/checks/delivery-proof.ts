import { edgeStackRegion } from '../../../../construct/settings.ts'
import { deliveryLogFields } from '../../../../shared/delivery/log-fields.ts'
import { check, fail } from '../check.ts'

/** The access log has what deliveries are known by, a function reads it, and the table of deliveries exists. */
export const deliveryProof = check({
  name: 'delivery-proof',
  fine: 'the access log names links, and a function reads it',
  needs: ['deliveries'],
  sees: ['deliveriesTable', 'logReaders'],
  appliesTo: settings => settings.deliveryProof,
  inspect({ deliveries, deliveriesTable, logReaders }, { settings, names }) {
    const ours = deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    const logged = new Set<string>(ours.flatMap(({ fields = deliveryLogFields }) => fields))
    const missing = deliveryLogFields.filter(field => !logged.has(field))
    const [reader] = logReaders
    const enable = `aws lambda update-event-source-mapping --region ${edgeStackRegion} --uuid ${reader?.id} --enabled`
    const unread = `no function reads the access log: the event source mapping of ${names.apiFunction('delivered')} is`
    return [
      ...(missing.length === 0 ? [] : [fail(`the access log lacks ${missing.join(', ')}: no delivery is known`)]),
      ...(logReaders.some(({ state }) => state === 'Enabled')
        ? []
        : [fail(`${unread} ${reader?.state ?? 'missing'}`, ...(reader === undefined ? [] : [enable]))]),
      ...(deliveriesTable === undefined
        ? [fail(`there is no table ${names.deliveriesTable} in ${settings.homeRegions[0]}`)]
        : []),
    ]
  },
})
