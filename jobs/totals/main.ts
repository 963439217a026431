import { deployment } from '../../shared/aws/deployment.ts'
import { logLine, systemClock } from '../../shared/aws/process.ts'
import { assert } from '../../shared/errors.ts'
import { isRegion, type Region } from '../../shared/regions.ts'
import { cloudWatch, cloudWatchLogs } from './adapters/cloudwatch.ts'
import { createHandler } from './handler.ts'
import type { ExtraWatched } from './sources.ts'

const { name, homeRegions, linksTable } = deployment
const { FILE_ENDS_QUEUE: fileEnds } = process.env

/** The function that a schedule runs in us-east-1; see `createHandler`. */
export const handler = createHandler(
  { clock: systemClock, metrics: cloudWatch(name), logGroups: cloudWatchLogs(), log: logLine },
  {
    deployment: name,
    edgeRegions: regionsIn('EDGE_REGIONS'),
    edgeFunction: variable('EDGE_FUNCTION'),
    edgeLogs: variable('EDGE_LOGS'),
    retentionDays: Number(variable('LOG_RETENTION_DAYS')),
    readerRegions: regionsIn('READER_REGIONS'),
    apiRegions: regionsIn('API_REGIONS'),
    apiNames: variable('API_NAMES').split(','),
    fileEnds: fileEnds ? { queue: fileEnds, region: homeRegions[0] } : undefined,
    extra: extraWatched(),
  },
)

/** Returns what further alarms are on, if the deployment has them. */
function extraWatched(): ExtraWatched | undefined {
  if (process.env['EVENTS_QUEUE'] === undefined) return undefined
  const apiFunctions = variable('API_FUNCTIONS').split(',')
  return { apiFunctions, eventsQueue: variable('EVENTS_QUEUE'), linksTable, tableRegions: homeRegions }
}

function variable(variableName: string): string {
  const value = process.env[variableName]
  assert(value, `set ${variableName}`)
  return value
}

/** Returns the Regions in a variable, separated by commas. */
function regionsIn(variableName: string): readonly Region[] {
  const names = variable(variableName).split(',')
  const unknown = names.find(each => !isRegion(each))
  assert(unknown === undefined, `${variableName}: got ${unknown}, allowed: names of Regions, separated by commas`)
  return names as Region[]
}
