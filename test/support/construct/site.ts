import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { expect, onTestFinished } from 'vitest'
import type { AddToOptions } from '../../../infra/add-to/options.ts'
import { functionsContext } from '../../../infra/code/function-code.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { rulesBrokenBy } from '../infra/rules.ts'
import { type Templates, writeEmptyFunctions } from '../infra/synthesised.ts'

/** A user's app with a site: a distribution, and a bucket of files. */
export interface Site {
  readonly app: App
  readonly stack: Stack
  /** The bucket of the files by its name. */
  readonly bucket: s3.IBucket
  /** The origin of the site itself, which has nothing to do with the bucket. */
  readonly origin: cloudfront.IOrigin
}

/** How a site is made. */
export interface SiteOptions {
  readonly props?: OnceAtEdgeProps
  readonly distribution?:
    | Partial<cloudfront.DistributionProps>
    | ((site: Site) => Partial<cloudfront.DistributionProps>)
  readonly options?: AddToOptions
  /** Replaces the distribution that is given to `addTo`. */
  readonly replaced?: (distribution: cloudfront.Distribution) => cloudfront.Distribution
  /** Called before `addTo`. */
  readonly before?: (once: OnceAtEdge) => void
  /** Changes it after `addTo`. */
  readonly afterwards?: (distribution: cloudfront.Distribution, site: Site, once: OnceAtEdge) => void
  /** Whether the CDK validates the templates, which takes a second. @default false */
  readonly validated?: boolean
  /** What the module of the edge function says. @default nothing */
  readonly edge?: string
  /** @default us-east-1 */
  readonly region?: Region
  /** The Region of the distribution's stack, if that is another than the construct's. */
  readonly distributionRegion?: string
}

/** The account of the stacks. */
export const siteAccount = '111122223333'

/** Creates a site with links, without any feature flag. Its folder is removed with the test. */
export function createSite({
  props = {},
  distribution: given = {},
  options,
  region = edgeStackRegion,
  ...rest
}: SiteOptions = {}): Site {
  const folder = mkdtempSync(join(tmpdir(), 'once-site-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const functions = writeEmptyFunctions(join(folder, 'code'))
  if (rest.edge !== undefined) writeFileSync(join(functions, 'edge/index.mjs'), rest.edge)
  const app = new App({
    context: { [functionsContext]: functions },
    outdir: join(folder, 'cdk'),
    builtinCloudFormationValidation: rest.validated ?? false,
  })
  const env = { account: siteAccount, region }
  const stack = new Stack(app, 'site', { env })
  const front =
    rest.distributionRegion === undefined
      ? stack
      : new Stack(app, 'front', { env: { ...env, region: rest.distributionRegion } })
  const bucket = s3.Bucket.fromBucketName(stack, 'Files', physicalNames('once', siteAccount).contentBucket(region))
  const site = { app, stack, bucket, origin: new HttpOrigin('site.example.com') }
  const distribution = new cloudfront.Distribution(front, 'Site', {
    defaultBehavior: { origin: site.origin },
    enableIpv6: false,
    ...(typeof given === 'function' ? given(site) : given),
  })
  const once = new OnceAtEdge(stack, 'Downloads', { alarmEmail: 'ops@example.com', ...props })
  rest.before?.(once)
  once.addTo(rest.replaced?.(distribution) ?? distribution, options ?? { prefixes: ['reports/'] })
  rest.afterwards?.(distribution, { ...site, bucket: once.bucket as s3.IBucket }, once)
  return site
}

/** Returns the templates of a site, by stack. Throws if a validation fails, or a template breaks a rule of all. */
export function templatesOf({ app }: Site): Templates {
  const { stacks } = app.synth()
  const all = Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template as Templates[string]]))
  expect(rulesBrokenBy(all)).toEqual([])
  return all
}

/** Returns the ids of the construct's errors for a site, whether they are thrown or found by a validation; none if it is synthesised. */
export function errorsOf(options: SiteOptions): readonly string[] {
  try {
    createSite(options).app.synth()
    return []
  } catch (error) {
    const found = [...String(error).matchAll(/once-at-edge:([a-z0-9-]+):/g)].flatMap(([, id]) => id ?? [])
    if (found.length === 0) throw error
    return found
  }
}

/** Returns the ids of the construct's warnings for a site. */
export function warningsOf(options: SiteOptions): readonly string[] {
  const { stacks } = createSite(options).app.synth()
  const texts = stacks.flatMap(({ messages }) => messages.map(({ entry }) => JSON.stringify(entry.data)))
  return texts.flatMap(text => /\[ack: once-at-edge:([a-z0-9-]+)\]/.exec(text)?.[1] ?? [])
}
