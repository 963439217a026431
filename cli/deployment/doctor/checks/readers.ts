import type { PhysicalNames } from '../../../../infra/physical-names.ts'
import { deliveryLogFields } from '../../../../shared/delivery/log-fields.ts'
import type { Delivery } from '../../../ports/aws-resources.ts'
import { expectedReaders } from '../../names.ts'
import { check, fail, type Problem } from '../check.ts'

/** Events are counted and published, webhooks sent and deliveries known: what reads is on, which no template says. */
export const readers = check({
  name: 'readers',
  fine: 'the streams, the access log and the queues that the settings need are read',
  needs: ['deliveries'],
  sees: ['readers'],
  inspect({ deliveries, readers: found }, { settings, names }) {
    const problems = expectedReaders(settings, names).flatMap(({ name, region, count }) => {
      const sources = found.find(each => each.name === name && each.region === region)?.sources ?? []
      const missing = `${name} in ${region} reads ${sources.length} of ${count} sources: event source mappings are missing`
      return [
        ...(sources.length < count ? [fail(missing)] : []),
        ...sources
          .filter(({ state }) => state !== 'Enabled')
          .map(({ id, state }) =>
            fail(
              `${name} in ${region} does not read: its event source mapping is ${state}`,
              `aws lambda update-event-source-mapping --region ${region} --uuid ${id} --enabled`,
            ),
          ),
      ]
    })
    return [...problems, ...(settings.deliveryProof ? missingFields(deliveries, names) : [])]
  },
})

/** Deliveries are known by fields of the access log. */
function missingFields(deliveries: readonly Delivery[], names: PhysicalNames): readonly Problem[] {
  const ours = deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
  const logged = new Set<string>(ours.flatMap(({ fields = deliveryLogFields }) => fields))
  const missing = deliveryLogFields.filter(field => !logged.has(field))
  return missing.length === 0 ? [] : [fail(`the access log lacks ${missing.join(', ')}: no delivery is known`)]
}
