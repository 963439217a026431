import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { bundleDelivery, bundleGate } from '../gate/bundle.ts'
import { writeCode } from '../construct/bundle.ts'
import { withOverrides } from './context.ts'
import { deployment, environments } from './deployment.ts'
import { onceAtEdge } from '../construct/once-at-edge.ts'
import { deploymentOf, parseSettings } from '../construct/parse-settings.ts'

// The CDK app, which `cdk` runs (cdk.json). It reads settings from infra/deployment.ts and the command line, and writes bundles
// beside the assembly, to out/code: deployments that are synthesised at the same time, each with a folder of its own, don't mix.
const assembly = process.env['CDK_OUTDIR'] ?? join(import.meta.dirname, '../out/cdk')
const app = new App()
const settings = parseSettings(withOverrides(deployment, name => app.node.tryGetContext(name) as unknown, environments))
const code = await writeCode(deploymentOf(settings), join(assembly, '../code'))
onceAtEdge(app, settings, { code, gate: await bundleGate(), delivery: await bundleDelivery() })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
