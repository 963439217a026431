import { check, fail } from '../deployment/doctor/check.ts'

/** Fields that hold nonces, policies, signatures, cookies or addresses (CloudFront, "Standard logging reference"). */
const forbidden = [
  'cs-uri-stem',
  'cs-uri-query',
  'cs(Referer)',
  'cs(Cookie)',
  'c-ip',
  'x-forwarded-for',
  'cs-headers',
  'cs-header-names',
  'original-uri-stem',
]

/** Requests are logged, and the log holds nothing by which a file could be had. */
export const accessLogs = check({
  name: 'access-logs',
  fine: 'requests are logged, without nonces, policies or addresses',
  needs: ['deliveries', 'distribution'],
  look({ deliveries, distribution }, { names }) {
    const ours = deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    const realtime = (distribution?.behaviours ?? []).filter(({ realtimeLog }) => realtimeLog)
    return [
      ...(ours.length > 0 ? [] : [fail('the distribution writes no access log')]),
      ...ours.flatMap(({ fields }) => {
        const told = fields === undefined ? forbidden : forbidden.filter(field => fields.includes(field))
        return told.length === 0 ? [] : [fail(`the access log holds ${told.join(', ')}`)]
      }),
      ...(distribution?.oldLog === true
        ? [
            fail(
              'the distribution also writes the old access log, which holds nonces',
              'turn standard logging (legacy) off',
            ),
          ]
        : []),
      ...realtime.map(({ path }) => fail(`${path} has a real-time log, which may hold nonces`, 'take it off')),
    ]
  },
})
