import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { OAuthScope, UserPool } from 'aws-cdk-lib/aws-cognito'
import { OnceAtEdge } from 'once-at-edge-cdk'

// Why: people of a user pool issue links from a web page, with the access token of their login instead of credentials of AWS.
// Members of the group `editors` may issue below exports/; those of `support` may see and revoke every link.
// Run: copy this folder, then `npm install`, `npx cdk bootstrap`, `npx cdk deploy --all`. Send requests to the output TokenApi with
// `Authorization: Bearer TOKEN`. Another provider of OpenID Connect: give its `issuer` and `audience`, and leave out the pool.

const app = new App()
const stack = new Stack(app, 'Exports', { env: { region: 'us-east-1' } })

const pool = new UserPool(stack, 'Users', { removalPolicy: RemovalPolicy.DESTROY })
const page = pool.addClient('Page', {
  generateSecret: false,
  oAuth: {
    flows: { authorizationCodeGrant: true },
    scopes: [OAuthScope.OPENID],
    callbackUrls: ['https://exports.example.com/'],
  },
})
pool.addGroup('Editors', { groupName: 'editors' })
pool.addGroup('Support', { groupName: 'support' })

const once = new OnceAtEdge(stack, 'Links', {
  auth: { issuer: pool.userPoolProviderUrl, audience: page.userPoolClientId },
  issuers: [
    { id: 'editors', group: 'editors', prefixes: ['exports/'], verbs: ['issue', 'read', 'revoke'] },
    { id: 'support', group: 'support', prefixes: [''], verbs: ['admin'] },
  ],
})
once.createDistribution()

new CfnOutput(stack, 'TokenApi', { value: once.tokenApiUrl })
new CfnOutput(stack, 'Client', { value: page.userPoolClientId })
