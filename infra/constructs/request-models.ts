import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'

/**
 * All that API Gateway looks at in a body: it is one JSON object, so that what can't be right costs no function. What is in
 * it is for the function to look at, which names what is wrong (docs/decisions/0020-schemas.md).
 */
export const bodyModel: JsonSchema = {
  schema: JsonSchemaVersion.DRAFT4,
  type: JsonSchemaType.OBJECT,
  title: 'Body',
}
