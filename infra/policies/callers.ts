import { linkRoutes, methodsOf } from '../../shared/api/routes.ts'
import { apiStage } from '../placement/physical-names.ts'
import reader from './auditor.json' with { type: 'json' }

const { method, path } = linkRoutes.listLinks
const withoutList = (each: string) => each !== `${method}${path}`

/** The policy of an issuer, with placeholders: it issues links, shows and revokes those whose ids it has, and uploads files. */
export const issuer = {
  Version: '2012-10-17',
  Statement: [
    invoke('IssueShowAndRevoke', (['issue', 'read', 'revoke'] as const).flatMap(methodsOf).filter(withoutList)),
    invoke('UploadFiles', methodsOf('upload')),
    {
      Sid: 'FindTheApi',
      Effect: 'Allow',
      Action: ['apigateway:GET'],
      Resource: ['', '/${ApiId}/stages'].map(each => `arn:aws:apigateway:\${Region}::/restapis${each}`),
    },
  ],
}

/** The policy of an auditor, with placeholders: it reads the configuration, and shows and lists links. */
export const auditor = { ...reader, Statement: [...reader.Statement, invoke('ReadLinks', methodsOf('read'))] }

function invoke(Sid: string, methods: readonly string[]) {
  const Resource = methods.map(each => `arn:aws:execute-api:\${Region}:\${Account}:\${ApiId}/${apiStage}/${each}`)
  return { Sid, Effect: 'Allow', Action: ['execute-api:Invoke'], Resource }
}
