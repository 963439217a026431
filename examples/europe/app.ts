import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: recipients are in Europe, and files, links and receipts stay there. A link is used in eu-central-1, or in eu-west-1 if the request
// that issues it names this `homeRegion`. The construct makes a stack in us-east-1, from where alone CloudFront takes an edge function: it
// has this function, the secret of the keys, whose copies are in Europe, metrics and alarms; no data of links, unless you set `events` or
// `endpoints`. The edge function runs near each viewer: its log of refusals, without addresses, is in that Region. A certificate for
// `domainName` must be in us-east-1. `accessLogs`, `deliveryProof` and an alarm of the distribution need the construct's stack there.
// Run: copy this folder, then `npm install`, `npx cdk bootstrap` with aws://ACCOUNT/us-east-1, aws://ACCOUNT/eu-central-1 and
// aws://ACCOUNT/eu-west-1, and `npx cdk deploy --all`.

const app = new App()
const stack = new Stack(app, 'Downloads', { env: { region: 'eu-central-1' } })
const backend = new Role(stack, 'Backend', { assumedBy: new AccountRootPrincipal() })

const once = new OnceAtEdge(stack, 'Links', { homeRegions: ['eu-central-1', 'eu-west-1'] })
once.grants.issue(backend, { prefixes: ['records/'] })
once.createDistribution()

new CfnOutput(stack, 'Api', { value: once.apiUrl })
