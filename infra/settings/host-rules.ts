import type { InvalidField } from '../../shared/fields.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from './settings.ts'

/** The path of the API at the origin of the page for senders. */
export const apiPath = '/api'

/** Checks what the page for senders depends on: the login, the network, the API of its Region, and a host of its own. */
export function* checkSendPage(settings: Settings): Iterable<InvalidField> {
  const { sendPage, auth, network, homeRegions, domainName, certificateArn } = settings
  if (sendPage === undefined) return
  const [home] = homeRegions
  if (auth === undefined)
    yield { field: 'sendPage', got: 'a page without auth', allowed: 'only with auth, who logs people in' }
  if (network === 'private') {
    const allowed = 'only with network "public": CloudFront reaches no private API'
    yield { field: 'sendPage', got: 'a page with network "private"', allowed }
  }
  const apiRegions = apiRegionsOf(settings)
  if (!apiRegions.includes(home)) {
    const allowed = `with sendPage also ${home}, the first home Region, whose API the page calls`
    yield { field: 'apiRegions', got: JSON.stringify(apiRegions), allowed }
  }
  if (sendPage.domainName === undefined) return
  if (sendPage.domainName === domainName) {
    const allowed = 'another host than domainName, which serves links and files'
    yield { field: 'sendPage.domainName', got: domainName, allowed }
  }
  if (home !== edgeStackRegion && certificateArn === undefined) {
    const allowed = `with sendPage.domainName and the first home Region ${home} a certificate: a new one would be in ${home}`
    yield { field: 'certificateArn', got: 'nothing', allowed }
  }
}

/** Checks that there is a page, at a known host, to which people without a login can upload the file of a link. */
export function* checkUploadLinks({ uploadLinks, auth, sendPage }: Settings): Iterable<InvalidField> {
  if (!uploadLinks) return
  if (auth === undefined) {
    const allowed = 'only with auth: files come in by the token API, as those who upload them have no login'
    yield { field: 'uploadLinks', got: 'true without auth', allowed }
  }
  if (sendPage?.domainName === undefined) {
    const allowed = 'only with sendPage.domainName: the page takes the file, and its host is inlined into the edge'
    yield { field: 'uploadLinks', got: 'true without sendPage.domainName', allowed }
  }
}

/** Checks that each host has a certificate or a zone, and that both have a host. */
export function* checkDomain(settings: Settings): Iterable<InvalidField> {
  const { domainName, certificateArn, hostedZoneId, hostedZoneName, sendPage } = settings
  const hosts = Object.entries({ domainName, 'sendPage.domainName': sendPage?.domainName })
  const given = hosts.flatMap(([field, host]) => (host === undefined ? [] : [{ field, host }]))
  if (given.length === 0) {
    for (const [field, got] of Object.entries({ certificateArn, hostedZoneId, hostedZoneName }))
      if (got !== undefined) yield { field, got, allowed: 'only with domainName or sendPage.domainName' }
    return
  }
  if ((hostedZoneId === undefined) !== (hostedZoneName === undefined)) {
    yield { field: 'hostedZoneName', got: hostedZoneName ?? 'nothing', allowed: 'together with hostedZoneId' }
    return
  }
  for (const { field, host } of given) {
    if (hostedZoneName !== undefined && host !== hostedZoneName && !host.endsWith(`.${hostedZoneName}`))
      yield { field, got: host, allowed: `in the zone ${hostedZoneName}` }
  }
  if (certificateArn !== undefined || hostedZoneId !== undefined) return
  const allowed = `with ${given[0]?.field}, a certificate, or hostedZoneId and hostedZoneName`
  yield { field: 'certificateArn', got: 'nothing', allowed }
}
