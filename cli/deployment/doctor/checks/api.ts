import { issuingRegionsOf } from '../../../../infra/settings.ts'
import type { RestApi } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Each issuing Region has one api, open or private as the settings say, throttled, and without bodies in its logs. */
export const api = check({
  name: 'api',
  fine: 'every issuing Region has its api, throttled, and logs no bodies',
  needs: ['apis'],
  look({ apis }, { settings }) {
    const { name, network, requestsPerSecond } = settings
    const endpoint = network === 'private' ? 'PRIVATE' : 'REGIONAL'
    return issuingRegionsOf(settings).flatMap(region => {
      const [found, ...others] = apis[region] ?? []
      if (found === undefined) return [fail(`there is no api ${name} in ${region}`)]
      const type = found.endpointTypes.join(', ')
      return [
        ...(others.length === 0
          ? []
          : [
              warn(
                `there are ${others.length + 1} apis called ${name} in ${region}`,
                'delete those that are no longer used',
              ),
            ]),
        ...(type === endpoint ? [] : [fail(`the api in ${region} is ${type}, expected: ${endpoint}`)]),
        ...stageOf(found, region, requestsPerSecond),
      ]
    })
  },
})

function stageOf({ stage }: RestApi, region: string, perSecond: number): readonly Problem[] {
  if (stage === undefined) return [fail(`the api in ${region} is not deployed`)]
  return [
    ...(stage.logsBodies ? [fail(`the api in ${region} logs bodies, with their nonces`)] : []),
    ...(stage.accessLog ? [] : [fail(`the api in ${region} does not log who called it`)]),
    ...(stage.requestsPerSecond === perSecond
      ? []
      : [
          warn(
            `the api in ${region} takes ${stage.requestsPerSecond ?? 'any number of'} requests a second, expected: ${perSecond}`,
          ),
        ]),
  ]
}
