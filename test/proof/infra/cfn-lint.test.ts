import { describe, expect, test } from 'vitest'
import { cfnLint, type Finding } from '../../support/infra/cfn-lint.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython } from '../../support/machine/python.ts'
import { type Answer, answers } from './cfn-lint/answers.ts'
import { fileOf, type Template, templatesToLint, typesOfOneRegion, writeTemplates } from './cfn-lint/templates.ts'
import { putAt, resourcesOf, synthesise, valueAt, variants } from '../../support/infra/synthesised.ts'

/** Returns the type of a resource of a template, by its logical id. */
const typeOf = (template: Template | undefined, id: unknown) => template?.Resources[String(id)]?.Type

/** Returns the answers to a finding in a template. */
function answersTo({ rule, path }: Finding, template: Template | undefined): readonly Answer[] {
  const [section, id] = path
  const type = section === 'Resources' ? typeOf(template, id) : undefined
  const other = typeOf(template, valueAt(template ?? {}, path.join('.')))
  return answers.filter(
    answer =>
      answer.rule === rule &&
      (answer.type === undefined || answer.type === type) &&
      (answer.other === undefined || answer.other === other),
  )
}

const otherOutput = { 'Fn::GetStackOutput': { StackName: 'once-us-east-1', OutputName: 'Secret' } }
const split = { 'Fn::Join': ['', ['arn:', { 'Fn::Select': [6, { 'Fn::Split': [':', otherOutput] }] }]] }
const statement = 'Properties.PolicyDocument.Statement.0'

/** What is broken on purpose in a stack of a home Region: title, path of a value, what is put there, the rule that finds it. */
const breaks: readonly (readonly [string, string, unknown, string])[] = [
  ['a property that does not exist', 'AWS::S3::Bucket 0 Properties.Versioned', true, 'E3002'],
  ['a value that is not allowed', 'AWS::DynamoDB::GlobalTable 0 Properties.BillingMode', 'FREE', 'E3030'],
  ['a property that is missing', 'AWS::Lambda::Function 0 Properties.Role', undefined, 'E3003'],
  ['a reference to nothing', 'AWS::Lambda::Function 1 Properties.Role', { 'Fn::GetAtt': ['None', 'Arn'] }, 'E1010'],
  ['a type that its Region lacks', 'AWS::SQS::Queue 0 Type', 'AWS::AccessAnalyzer::ArchiveRule', 'E3006'],
  ['an action that does not exist', `AWS::IAM::Policy 0 ${statement}.Action`, 'dynamodb:TakeItem', 'W3037'],
  ['a function where CloudFormation may refuse it', `AWS::IAM::Policy 1 ${statement}.Resource`, split, 'E1022'],
]

describe.skipIf(missingPython !== undefined)('cfn-lint', () => {
  test('finds nothing without an answer in any profile and mode, and every answer is needed', async () => {
    const templates = templatesToLint()
    const folder = temporaryFolder()
    writeTemplates(folder, templates)
    expect(typesOfOneRegion(templates)).toEqual([])
    const byFile = new Map([...templates].map(([name, template]) => [fileOf(name), template]))
    const found = (await cfnLint(folder)).map(finding => ({
      finding,
      answers: answersTo(finding, byFile.get(finding.file)),
    }))
    const open = found.filter(each => each.answers.length === 0).map(({ finding }) => finding)
    expect(open).toEqual([])
    const needed = new Set(found.flatMap(each => each.answers))
    expect(answers.filter(answer => !needed.has(answer))).toEqual([])
    expect([...byFile.values()].flatMap(({ Resources }) => Object.keys(Resources)).length).toBeGreaterThan(1000)
  }, 300_000)

  test('finds what is broken on purpose', async () => {
    const { templates, remove } = synthesise(variants.home, { validated: false })
    remove()
    const broken = breaks.map(([title, where, value, rule]) => {
      const [type = '', index, path = ''] = where.split(' ')
      const resource = resourcesOf(templates, type, 'eu-west-1')[Number(index)]
      return { title, rule, id: resource?.id, break: () => putAt(resource ?? {}, path, value) }
    })
    for (const each of broken) each.break()
    const folder = temporaryFolder()
    writeTemplates(folder, new Map([['broken, once-eu-west-1', templates['once-eu-west-1'] as Template]]))
    const found = await cfnLint(folder)
    const missed = broken.filter(
      ({ id, rule }) => !found.some(finding => finding.rule === rule && finding.path[1] === id),
    )
    expect(missed.map(({ title }) => title)).toEqual([])
  })
})
