import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib'
import type * as kms from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { assert } from '../../shared/errors.ts'
import type { Region } from '../../shared/regions.ts'
import type { Code } from '../bundle.ts'
import { Api } from '../resources/api.ts'
import { Data } from '../resources/data.ts'
import { Edge, type EdgeProps, secretSuffixOutput } from '../resources/edge.ts'
import { StreamReader } from '../resources/stream-reader.ts'
import { fixedSettingsOf } from '../fixed-settings.ts'
import type { Names } from '../names.ts'
import { readerRegionsOf, readsTableLater } from '../placement.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from '../settings.ts'

/** The customer managed keys of the data, by Region; none with keys of AWS. */
export type DataKeys = ReadonlyMap<Region, kms.IKey>

/** Props of `RegionStack`. */
export interface RegionStackProps extends StackProps, Pick<EdgeProps, 'gate' | 'delivery' | 'signerKeyIds'> {
  readonly settings: Settings
  readonly names: Names
  readonly region: Region
  readonly code: Code
  readonly dataKeys: DataKeys
  /** The stack of us-east-1, if this is another. */
  readonly edgeStack?: RegionStack | undefined
  /** The stack of the first home Region, if it is another and deployed before this. */
  readonly homeStack?: RegionStack | undefined
}

/**
 * All that a deployment has in one Region, beside its keys: in us-east-1 the edge, in the first home Region the data, in each home
 * Region a reader of the stream, in Regions of the api an api.
 */
export class RegionStack extends Stack {
  readonly #props: RegionStackProps
  readonly #edge: Edge | undefined
  readonly #data: Data | undefined

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    super(scope, id, props)
    this.#props = props
    const { settings, region } = props
    this.#edge = region === edgeStackRegion ? this.#createEdge() : undefined
    this.#data = region === settings.homeRegions[0] ? this.#createData() : undefined
    if (apiRegionsOf(settings).includes(region)) this.#createApi()
    const isReader = readerRegionsOf(settings).includes(region)
    if (isReader && !(region === edgeStackRegion && readsTableLater(settings))) this.#createReader()
  }

  /** The edge of the deployment, in this stack or in that of us-east-1. */
  get edge(): Edge {
    const edge = this.#edge ?? this.#props.edgeStack?.edge
    assert(edge, 'the stack of us-east-1 is created before all others of Regions')
    return edge
  }

  get #secretSuffix(): string {
    const { edgeStack } = this.#props
    if (edgeStack === undefined) return this.edge.secretSuffix
    return Fn.getStackOutput(edgeStack.stackName, secretSuffixOutput, edgeStackRegion)
  }

  /** The data of the deployment, in this stack or in that of the first home Region. */
  get data(): Data {
    const data = this.#data ?? this.#props.homeStack?.data
    assert(data, 'the stack of the first home Region is created before all that need its data')
    return data
  }

  #createEdge(): Edge {
    const { settings, names, code, gate, delivery, dataKeys, signerKeyIds } = this.#props
    const secretKeyArns = arnsOf(dataKeys)
    new CfnOutput(this, 'Deployment', {
      value: JSON.stringify(fixedSettingsOf(settings)),
      description: 'Settings that cannot be changed freely, for the next deployment',
    })
    return new Edge(this, 'Edge', { settings, names, code, gate, delivery, secretKeyArns, signerKeyIds })
  }

  #createData(): Data {
    const { settings, names, code, region, dataKeys } = this.#props
    const key = dataKeys.get(region)
    const keys = key && { key, replicaKeyArns: arnsOf(dataKeys, settings.homeRegions.slice(1)) }
    const { distributionId } = this.edge.distribution
    return new Data(this, 'Data', { settings, names, code, keys, distributionId })
  }

  /**
   * Creates the api. What its links need and is in the same stack is deployed before: the distribution that can open them, the replicas
   * that have them.
   */
  #createApi(): void {
    const { settings, names, code, region, dataKeys } = this.#props
    const { linkOrigin } = this.edge
    const api = new Api(this, 'Api', {
      settings,
      names,
      code,
      region,
      tableKey: dataKeys.get(region),
      contentKeyArn: dataKeys.get(settings.homeRegions[0])?.keyArn,
      linkOrigin,
      secretSuffix: this.#secretSuffix,
    })
    for (const before of [this.#edge?.distribution, this.#data?.links]) {
      if (before !== undefined) api.node.addDependency(before)
    }
  }

  #createReader(): void {
    const { settings, names, code, region } = this.#props
    const streamArn = this.data.links.streamArn(region)
    new StreamReader(this, 'Reader', { settings, names, code, region, streamArn })
  }
}

/** Returns the ARNs of keys by Region, or of those in `regions`. */
function arnsOf(keys: DataKeys, regions: readonly Region[] = [...keys.keys()]): Partial<Record<Region, string>> {
  const own = [...keys].filter(([region]) => regions.includes(region))
  return Object.fromEntries(own.map(([region, { keyArn }]) => [region, keyArn]))
}
