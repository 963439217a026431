/** One measurement that CloudWatch extracts from a log line. */
export interface Measurement {
  readonly name: string
  readonly unit: string | undefined
  readonly value: number
  /**
   * Values of the dimensions, by name. Each set, `Deployment` or `Deployment,Reason`, is a metric that AWS charges for.
   */
  readonly by: Readonly<Record<string, string>>
}

type Fields = Readonly<Record<string, unknown>>

/** The units that we use, as CloudWatch spells them (AWS, "MetricDatum"). */
const units: ReadonlySet<unknown> = new Set(['Count', 'Milliseconds', undefined])

/**
 * Returns what CloudWatch extracts from one log line (AWS, "Specification: Embedded metric format"): nothing from a
 * line without metrics. Throws if CloudWatch would refuse the line.
 */
export function measurementsIn(line: string): readonly Measurement[] {
  expectThat(!line.includes('\n'), 'it is one line')
  const root = JSON.parse(line) as Fields
  if (root['_aws'] === undefined) return []
  const { Timestamp, CloudWatchMetrics, ...others } = root['_aws'] as Fields
  expectThat(Object.keys(others).length === 0, '_aws has two members')
  expectThat(Number.isSafeInteger(Timestamp) && (Timestamp as number) > 1e12, 'Timestamp is in milliseconds')
  expectThat(Array.isArray(CloudWatchMetrics) && CloudWatchMetrics.length > 0, 'there are directives')
  const measurements = (CloudWatchMetrics as readonly Fields[]).flatMap(directive => readDirective(directive, root))
  const kinds = new Set(measurements.map(({ name, by }) => `${name} ${Object.keys(by).join()}`))
  expectThat(kinds.size === measurements.length, 'each metric is measured once')
  return measurements
}

function readDirective({ Namespace, Dimensions, Metrics }: Fields, root: Fields): Measurement[] {
  expectThat(typeof Namespace === 'string' && /^[^:\s][^:]{0,1023}$/.test(Namespace), 'Namespace is a name')
  const sets = listOf(Dimensions, 'dimension sets').map(set => readDimensions(set, root))
  expectThat(sets.length >= 1 && sets.length <= 30, 'there are 1 to 30 dimension sets')
  const metrics = listOf(Metrics, 'metrics').map(metric => readMetric(metric as Fields, root))
  expectThat(metrics.length >= 1 && metrics.length <= 100, 'there are 1 to 100 metrics')
  return metrics.flatMap(metric => sets.map(by => ({ ...metric, by })))
}

function readDimensions(set: unknown, root: Fields): Record<string, string> {
  const names = listOf(set, 'a dimension set') as readonly string[]
  expectThat(names.length >= 1 && names.length <= 30, 'a dimension set has 1 to 30 dimensions')
  const pairs = names.map(name => [name, root[name]] as const)
  for (const [name, value] of pairs) {
    expectThat(typeof value === 'string' && value.length >= 1 && value.length <= 1024, `the dimension ${name} is there`)
  }
  return Object.fromEntries(pairs) as Record<string, string>
}

function readMetric({ Name, Unit, ...others }: Fields, root: Fields): Omit<Measurement, 'by'> {
  expectThat(typeof Name === 'string' && Name.length >= 1 && Name.length <= 1024, 'a metric has a name')
  expectThat(Object.keys(others).length === 0, 'a metric has a name and a unit')
  expectThat(units.has(Unit), `${String(Unit)} is a unit`)
  const value = root[Name as string]
  expectThat(typeof value === 'number' && Number.isFinite(value), `the metric ${String(Name)} is a number`)
  return { name: Name as string, unit: Unit as string, value: value as number }
}

function listOf(value: unknown, what: string): readonly unknown[] {
  expectThat(Array.isArray(value), `${what} are a list`)
  return value as readonly unknown[]
}

function expectThat(condition: boolean, rule: string): void {
  if (!condition) throw new Error(`no embedded metrics: not true that ${rule}`)
}
