import type { TestProject } from 'vitest/node'
import { installedRuntimeClient } from '../../../tools/bench/runtime-api.ts'
import { missingForDynamodbLocal } from '../table/dynamodb-local.ts'
import { missingCfnGuard } from '../infra/cfn-guard.ts'
import { missingChromium } from '../browser/chromium.ts'
import { missingGoModules } from '../documented-programs/go-module.ts'
import { missingKotlin } from '../documented-programs/kotlin.ts'
import { missingIamSimulate } from '../iam/evaluate.ts'
import { missing as missingPrograms, missingJq } from '../clients/programs.ts'
import { oldNode } from './old-node.ts'
import { missingNjs } from '../gate/njs.ts'
import { missingOpenapiTypescript } from '../api/openapi-generator.ts'
import { missingPython } from './python.ts'
import { missingReference } from '../webhooks/standard.ts'
import { missingTerraform } from '../ministack/terraform.ts'
import { missingForSwift } from '../content/swift-installed.ts'

/**
 * Returns a teardown that prints, after the last test, what was skipped and how to get it: suites whose tool is missing, and what takes
 * long. Each project that has this setup calls it, and the first one prints.
 */
export default function setup({ name, vitest }: TestProject): () => void {
  const projects = vitest.projects.map(each => each.name)
  if (name !== projects.find(each => each !== 'unit')) return () => undefined
  const client = installedRuntimeClient()
  const skipped = [
    ['every suite on Amazon DynamoDB Local', missingForDynamodbLocal()],
    ['every suite in a browser', missingChromium],
    ['every suite on the S3 of swift', missingForSwift()],
    ["every suite under AWS's runtime client for Lambda", 'missing' in client ? client.missing : undefined],
    ['the gate in njs', missingNjs],
    ['what cfn-guard finds', missingCfnGuard],
    ['every suite with Python packages', missingPython],
    ['the module of Terraform', missingTerraform],
    ['the program in Go of docs/clients.md', missingGoModules],
    ['the app in Kotlin of docs/mobile.md', missingKotlin],
    ['types from the OpenAPI document', missingOpenapiTypescript],
    ['every suite that evaluates IAM policies', missingIamSimulate],
    ['what the reference of Standard Webhooks says', missingReference],
    ...Object.entries(missingPrograms).map(([name, reason]) => [`the table of clients for ${name}`, reason] as const),
    ['the lines of docs/asking.md', missingJq],
    ['test/proof', projects.includes('proof') ? undefined : 'it takes longer: npm run test:proof'],
    [
      'most races, schedules and faults of test/proof',
      process.env['PROOF'] === 'all' ? undefined : 'they are for releases: PROOF=all npm run test:proof',
    ],
    ['once on an old Node.js', oldNode === undefined ? 'none is on the PATH' : undefined],
  ].flatMap(([suites, reason]) => (reason === undefined ? [] : [`Skipped: ${suites}, because ${reason}`]))
  return () => {
    if (skipped.length > 0) console.warn(`\n${skipped.join('\n')}\n`)
  }
}
