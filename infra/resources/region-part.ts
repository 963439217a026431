import { CfnOutput, Fn, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { assert } from '../../shared/errors.ts'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { webAclIn } from './edge-in.ts'
import { fixedSettingsOf } from '../settings/fixed-settings.ts'
import { hasSchedules, readerRegionsOf, readsTableLater } from '../placement/placement.ts'
import { apiRegionsOf, edgeStackRegion } from '../settings/settings.ts'
import { Api, type ApiProps } from './api.ts'
import { partId } from './call-log.ts'
import { Data } from './data.ts'
import { Edge } from './edge.ts'
import { FileEnds } from './file-ends.ts'
import type { DataKey } from './kms-keys.ts'
import { Scan } from './scan.ts'
import { Schedules } from './schedules.ts'
import { SendPage } from './send-page.ts'
import { StreamReader } from './stream-reader.ts'

/** The customer managed keys of the data, by Region; none with keys of AWS. */
export type DataKeys = ReadonlyMap<Region, DataKey>

/** Props of `RegionPart`. */
export interface RegionPartProps extends DeploymentProps, Pick<ApiProps, 'region' | 'serving'> {
  readonly dataKeys: DataKeys
  /** The part in us-east-1, if this is another. */
  readonly edgePart?: RegionPart | undefined
  /** The part in the first home Region, if it is another and deployed before this. */
  readonly homePart?: RegionPart | undefined
}

/**
 * All that a deployment has in one Region, beside its keys and its distribution: in us-east-1 the edge, in the first home Region the
 * data, in each home Region a reader of the stream, in Regions of the api an api. It is in the stack of its scope.
 */
export class RegionPart extends Construct {
  /** The api in this Region; undefined if there is none. */
  readonly api: Api | undefined
  readonly #props: RegionPartProps
  readonly #edge: Edge | undefined
  readonly #data: Data | undefined

  constructor(scope: Construct, props: RegionPartProps) {
    super(scope, partId)
    this.#props = props
    const { settings, region, dataKeys } = props
    this.#edge = region === edgeStackRegion ? this.#createEdge() : undefined
    this.#data = region === settings.homeRegions[0] ? this.#createData() : undefined
    if (apiRegionsOf(settings).includes(region)) this.api = this.#createApi()
    if (this.#data !== undefined) this.#createSendPage()
    if (this.#data !== undefined && hasSchedules(settings)) new Schedules(this, 'Schedules', props)
    if (this.#data !== undefined && settings.fileEnds) new FileEnds(this, 'FileEnds', props)
    if (this.#data?.content !== undefined && settings.scan !== undefined) {
      const { bucket } = this.#data.content
      new Scan(this, 'Scan', { ...props, bucket, key: dataKeys.get(region) })
    }
    const isReader = readerRegionsOf(settings).includes(region)
    if (isReader && !(region === edgeStackRegion && readsTableLater(settings)))
      new StreamReader(this, 'Reader', { ...props, streamArn: this.data.links.streamArn(region) })
  }

  /** The edge of the deployment, in this part or in that of us-east-1. */
  get edge(): Edge {
    const edge = this.#edge ?? this.#props.edgePart?.edge
    assert(edge, 'the part in us-east-1 is created before all others')
    return edge
  }

  get #secretSuffix(): string {
    const { secretSuffix } = this.edge
    if (this.#edge !== undefined) return String(secretSuffix.value)
    return Fn.getStackOutput(Stack.of(secretSuffix).stackName, secretSuffix.logicalId, edgeStackRegion)
  }

  /** The data of the deployment, in this part or in that of the first home Region. */
  get data(): Data {
    const data = this.#data ?? this.#props.homePart?.data
    assert(data, 'the part in the first home Region is created before all that need its data')
    return data
  }

  #createEdge(): Edge {
    const { settings, dataKeys } = this.#props
    new CfnOutput(this, 'Deployment', {
      value: JSON.stringify(fixedSettingsOf(settings)),
      description: 'Settings that cannot be changed freely, for the next deployment',
    })
    return new Edge(this, 'Edge', { ...this.#props, secretKeyArns: arnsOf(dataKeys) })
  }

  #createData(): Data {
    const { settings, region, dataKeys } = this.#props
    const key = dataKeys.get(region)
    const keys = key && { key, replicaKeyArns: arnsOf(dataKeys, settings.homeRegions.slice(1)) }
    return new Data(this, 'Data', { ...this.#props, keys })
  }

  /** Creates the api. The replicas that have its links are deployed before, if they are in the same stack. */
  #createApi(): Api {
    const { settings, region, dataKeys } = this.#props
    const api = new Api(this, 'Api', {
      ...this.#props,
      tableKey: dataKeys.get(region),
      contentKeyArn: dataKeys.get(settings.homeRegions[0])?.keyArn,
      secretSuffix: this.#secretSuffix,
    })
    if (this.#data !== undefined) api.waitFor(this.#data.links)
    return api
  }

  /** Creates the page for senders, if the settings have one. A flat-rate plan's web ACL serves one distribution, that of links. */
  #createSendPage(): void {
    const { settings } = this.#props
    const { api, edge } = this
    const { sendPage, auth } = settings
    if (sendPage === undefined || auth === undefined || api?.tokens === undefined) return
    const webAclArn = settings.plan === undefined ? webAclIn(this, edge, settings) : undefined
    new SendPage(this, 'SendPage', { ...this.#props, sendPage, auth, api, tokens: api.tokens, webAclArn })
  }
}

/** Returns the ARNs of keys by Region, or of those in `regions`. */
function arnsOf(keys: DataKeys, regions: readonly Region[] = [...keys.keys()]): Partial<Record<Region, string>> {
  const own = [...keys].filter(([region]) => regions.includes(region))
  return Object.fromEntries(own.map(([region, { keyArn }]) => [region, keyArn]))
}
