import { readFileSync } from 'node:fs'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { withContext } from './context.ts'
import { deployment } from './deployment.ts'
import { onceAtEdge } from './once-at-edge.ts'
import { parseSettings } from './settings.ts'
const context = JSON.parse(readFileSync('cdk.json', 'utf8')).context
const over = JSON.parse(process.env['OVER'] ?? '{}')
const app = new App({ context, outdir: '/tmp/zz.out' })
const settings = parseSettings(withContext(deployment, name => over[name]))
const f = '/tmp/fake'
onceAtEdge(app, settings, {
  code: { edge: f, api: f, exchange: f, sweeper: f, keys: f, events: f },
  usedLinks: 'exports.handler=()=>0',
})
if (process.env['NAG']) Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
app.synth()
