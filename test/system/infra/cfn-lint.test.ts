import { describe, expect, test } from 'vitest'
import { cfnLint, type Finding } from '../../support/cfn-lint.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { missingPython } from '../../support/python.ts'
import { type Answer, answers } from './cfn-lint/answers.ts'
import { fileOf, type Template, templatesToLint, writeTemplates } from './cfn-lint/templates.ts'
import { putAt, resourcesOf, synthesise, valueAt, variants } from './synthesised.ts'

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
const statement = 'Properties.PolicyDocument.Statement.0'

/** What is broken on purpose in a stack of a home Region: title, type, path of a value, what is put there, the rule that finds it. */
const breaks: readonly (readonly [string, string, string, unknown, string])[] = [
  ['a property that does not exist', 'AWS::S3::Bucket', 'Properties.Versioned', true, 'E3002'],
  ['a value that is not allowed', 'AWS::DynamoDB::GlobalTable', 'Properties.BillingMode', 'FREE', 'E3030'],
  ['a property that is missing', 'AWS::Lambda::Function', 'Properties.Role', undefined, 'E3003'],
  ['a reference to nothing', 'AWS::Lambda::Function', 'Properties.Role', { 'Fn::GetAtt': ['None', 'Arn'] }, 'E1010'],
  ['a type that its Region lacks', 'AWS::SQS::Queue', 'Type', 'AWS::AccessAnalyzer::ArchiveRule', 'E3006'],
  ['an action that does not exist', 'AWS::IAM::Policy', `${statement}.Action`, 'dynamodb:TakeItem', 'W3037'],
  [
    'a function where CloudFormation may refuse it',
    'AWS::IAM::Policy',
    `${statement}.Resource`,
    { 'Fn::Join': ['', ['arn:', { 'Fn::Select': [6, { 'Fn::Split': [':', otherOutput] }] }]] },
    'E1022',
  ],
]

describe.skipIf(missingPython !== undefined)('cfn-lint', () => {
  test('finds nothing without an answer in any profile and mode, and every answer is needed', async () => {
    const templates = templatesToLint()
    const folder = temporaryFolder()
    writeTemplates(folder, templates)
    const byFile = new Map([...templates].map(([name, template]) => [fileOf(name), template]))
    const found = (await cfnLint(folder)).map(finding => ({
      finding,
      answers: answersTo(finding, byFile.get(finding.file)),
    }))
    const open = found.filter(each => each.answers.length === 0).map(({ finding }) => finding)
    expect(open).toEqual([])
    const needed = new Set(found.flatMap(each => each.answers))
    expect(answers.filter(answer => !needed.has(answer))).toEqual([])
    expect([...byFile.values()].flatMap(({ Resources }) => Object.keys(Resources)).length).toBeGreaterThan(1500)
  }, 300_000)

  test('finds what is broken on purpose', async () => {
    const { templates, remove } = synthesise(variants.home, { validated: false })
    remove()
    const broken = new Map(
      breaks.map(([title, type, path, value]) => {
        const copy = structuredClone(templates)
        putAt(resourcesOf(copy, type, 'eu-west-1')[0] ?? {}, path, value)
        return [title, copy['once-eu-west-1'] as Template] as const
      }),
    )
    const folder = temporaryFolder()
    writeTemplates(folder, broken)
    const found = await cfnLint(folder)
    const findings = breaks.map(([title, , , , rule]) => [
      title,
      found.filter(({ file }) => file === fileOf(title)).some(finding => finding.rule === rule),
    ])
    expect(findings).toEqual(breaks.map(([title]) => [title, true]))
  })
})
