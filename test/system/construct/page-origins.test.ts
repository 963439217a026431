import { describe, expect, test } from 'vitest'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { contentHeaders } from '../../../shared/http.ts'
import { createSite, type SiteOptions, templatesOf } from '../../support/construct/site.ts'
import { everything } from '../../support/infra/combinations.ts'
import { resourcesOf, synthesise, type Templates, valueAt } from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp } from './constructed.ts'

const pageOrigins = ['https://portal.example.com', 'https://example.com:8443']
const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/a'
const at = (domainName: string, ...origins: string[]): OnceAtEdgeProps => ({
  domainName,
  certificate,
  pageOrigins: origins,
})

const create = (props: OnceAtEdgeProps) => () => constructIn(emptyApp(), 'us-east-1', props).createDistribution()

describe('pageOrigins', () => {
  test.each<[string, OnceAtEdgeProps, string]>([
    [
      'of two distributions of cloudfront.net, which are two sites',
      at('d111111abcdef8.cloudfront.net', 'https://d222222abcdef8.cloudfront.net'),
      'no page is of the same site as links at cloudfront.net, which is a public suffix as co.uk is',
    ],
    ['without a domain of one’s own', { pageOrigins }, 'allowed: pageOrigins with `domainName`'],
    [
      'of third parties, with the reason',
      at('files.example.com', 'https://portal.example.com', 'https://portal.example.org'),
      'browsers end the cookies of third parties, and without its cookie a page of another site can read no file; ' +
        'got https://portal.example.org for links at files.example.com; allowed: https origins of the site example.com',
    ],
    ['of two sites of one public suffix', at('files.a.co.uk', 'https://portal.b.co.uk'), 'of the site a.co.uk'],
    ['of two sites of a private suffix', at('a.github.io', 'https://b.github.io'), 'of the site a.github.io'],
    ['without TLS', at('files.example.com', 'http://portal.example.com'), 'allowed: https://HOST or https://HOST:PORT'],
    ['of this machine', at('files.example.com', 'http://127.0.0.1:3000'), 'of the site example.com'],
    ['with a path', at('files.example.com', 'https://portal.example.com/'), 'allowed: https://HOST'],
    [
      'with the port that browsers leave out',
      at('files.example.com', 'https://example.com:443'),
      'allowed: https://HOST',
    ],
    ['of none', at('files.example.com'), 'allowed: at least one origin'],
    [
      'of more than ten',
      at('files.example.com', ...Array.from({ length: 11 }, (_, index) => `https://p${index}.example.com`)),
      'allowed: at most 10 origins',
    ],
  ])('%s are refused', (_, props, message) => {
    expect(create(props)).toThrow(message)
  })

  test.each([
    at('files.example.com', ...pageOrigins),
    at('example.com', 'https://portal.example.com'),
    at('files.portal.example.co.uk', 'https://portal.example.co.uk'),
  ])('of the same site are not: %j', props => {
    expect(create(props)).not.toThrow()
  })

  test('need a known host of a distribution of yours', () => {
    const site = (distribution: SiteOptions['distribution']) => () => {
      createSite({ props: { pageOrigins }, ...(distribution && { distribution }), options: { prefixes: ['films/'] } })
    }
    expect(site(undefined)).toThrow('with addTo a host of the distribution')
    expect(site({ domainNames: ['files.example.org'] })).toThrow('allowed: https origins of the site example.org')
  })
})

function templatesWith(settings: object): Templates {
  const { templates, remove } = synthesise(
    { homeRegions: ['us-east-1', 'eu-west-1'], ...settings },
    { validated: false },
  )
  remove()
  return templates
}

const { pageOrigins: _, ...others } = everything
const plain = templatesWith(others)
const own = templatesWith({ ...others, pageOrigins })
const policiesIn = (templates: Templates) =>
  resourcesOf(templates, 'AWS::CloudFront::ResponseHeadersPolicy').map(({ id, Properties }) => ({
    id,
    config: Properties['ResponseHeadersPolicyConfig'] as Record<string, unknown>,
  }))

describe('the templates', () => {
  test('let browsers show files and error pages to these origins, with cookies', () => {
    const policies = policiesIn(own)
    expect(policies.map(({ id }) => id.replace(/Headers.*/, ''))).toEqual(['EdgeDownloadsErrorPages', 'EdgeDownloads'])
    for (const { id, config } of policies) {
      expect(config['CorsConfig'], id).toEqual({
        AccessControlAllowCredentials: true,
        AccessControlAllowHeaders: { Items: ['range'] },
        AccessControlAllowMethods: { Items: ['GET'] },
        AccessControlAllowOrigins: { Items: pageOrigins },
        AccessControlExposeHeaders: { Items: ['content-disposition', 'content-range', 'etag'] },
        OriginOverride: true,
      })
    }
    // Pages can't embed files otherwise, and browsers keep none for another page.
    expect(JSON.stringify(policies)).toContain(contentHeaders['cache-control'])
    expect(JSON.stringify(policies)).toContain('"cross-origin-resource-policy"')
  })

  test('have the origins in the gate', () => {
    const [gate] = resourcesOf(own, 'AWS::CloudFront::Function')
    expect(valueAt(gate ?? {}, 'Properties.FunctionCode')).toBe(
      `var PAGE_ORIGINS=${JSON.stringify(pageOrigins)};function handler(event) {}`,
    )
  })

  test('have nothing else that changes with the setting, and nothing of it without', () => {
    const changed = Object.entries(own).flatMap(([stack, { Resources }]) =>
      Object.entries(Resources)
        .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(plain[stack]?.Resources[id]))
        .map(([, { Type }]) => Type),
    )
    expect(changed.toSorted()).toEqual([
      'AWS::CloudFront::Distribution', // names the version of the edge function
      'AWS::CloudFront::Function',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::Lambda::Function',
      'AWS::Lambda::Version',
      'Custom::AWS', // publishes the settings
    ])
    expect(JSON.stringify(plain)).not.toMatch(/CorsConfig"|PAGE_ORIGINS|pageOrigins/)
  })

  test('of a distribution of yours have the same', () => {
    const distribution = { domainNames: ['files.example.com'] }
    const templates = templatesOf(
      createSite({ props: { pageOrigins }, distribution, options: { prefixes: ['films/'] }, edge: 'DEPLOYMENT' }),
    )
    expect(policiesIn(templates).map(({ config }) => Object.keys(config))).toEqual([
      expect.arrayContaining(['CorsConfig']) as string[],
    ])
  })
})
