import { randomBytes } from 'node:crypto'
import { parseDeployment } from '../shared/deployment.ts'
import { createKeyring } from '../shared/keys.ts'
import { nearestFirst } from '../shared/regions.ts'
import type { EpochMs } from '../shared/time.ts'
import { dynamodbAnswers } from './adapters/dynamodb-answers.ts'
import { dynamodbLinks } from './adapters/dynamodb-links.ts'
import { secretIn } from './adapters/secrets-manager.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, put here by the bundler, as at the edge. */
declare const DEPLOYMENT: unknown

const deployment = parseDeployment(DEPLOYMENT)
const { homeRegions, linksTable, answersTable, secretName } = deployment
const clock = { now: () => Date.now() as EpochMs }
const here = process.env['AWS_REGION'] ?? ''
const secrets = nearestFirst(homeRegions, here).map(region => secretIn(region, secretName))

/** The function behind the REST API's `/links`. */
export const handler = createHandler(
  {
    clock,
    random: randomBytes,
    keyring: createKeyring(secrets, clock),
    links: dynamodbLinks({ tableName: linksTable, homeRegions }),
    answers: dynamodbAnswers(answersTable, { region: here }),
    log: line => console.log(JSON.stringify(line)),
  },
  deployment,
)
