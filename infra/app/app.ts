import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { writeFunctions } from '../code/build.ts'
import { functionsContext } from '../code/function-code.ts'
import { withOverrides } from './context.ts'
import { deployment, environments } from '../deployment.ts'
import { addDeployment } from './own-stack.ts'

// The CDK app, which `cdk` runs (cdk.json). It reads settings from infra/deployment.ts and the command line, and writes bundles
// beside the assembly, to out/code: deployments that are synthesised at the same time, each with a folder of its own, don't mix.
const assembly = process.env['CDK_OUTDIR'] ?? join(import.meta.dirname, '../out/cdk')
const functions = join(assembly, '../code')
const app = new App({ context: { [functionsContext]: functions } })
const settings = withOverrides(deployment, name => app.node.tryGetContext(name) as unknown, environments)
await writeFunctions(functions)
addDeployment(app, settings)
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
