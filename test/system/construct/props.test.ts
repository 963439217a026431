import type * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import type { ExistingProps, OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import type { fields, inputFields, SettingsInput } from '../../../infra/settings/settings.ts'

/** Settings that props replace: `certificate`, `hostedZone`, `webAcl`, and account and tags of the stack. */
type Replaced = 'certificateArn' | 'hostedZoneId' | 'hostedZoneName' | 'account' | 'tags'

/** Props without a setting of that name. */
type References = 'certificate' | 'hostedZone' | 'webAcl' | keyof ExistingProps

type Immutable<T> = T extends readonly (infer E)[] ? readonly E[] : { [K in keyof T]: Immutable<T[K]> }
type Values<T, K extends keyof T> = { [P in K]-?: Exclude<T[P], undefined> }

type Input = v.InferInput<v.ObjectSchema<typeof fields, undefined>>

test('each setting is a prop, and each prop is a setting or a reference', () => {
  type Names = Exclude<keyof typeof fields, Replaced>
  expectTypeOf<keyof OnceAtEdgeProps>().toEqualTypeOf<Names | References>()
})

test('props allow nothing that their setting does not allow', () => {
  // Of `auth` a test checks the values: its keys are what a provider writes, with members that no setting keeps.
  type Common = Exclude<Extract<keyof OnceAtEdgeProps, keyof Input>, 'auth'>
  type Settings = { [K in Common]: Immutable<Values<Input, Common>[K]> }
  expectTypeOf<Values<OnceAtEdgeProps, Common>>().toExtend<Settings>()
})

test('a settings file says what the app reads, and nothing else', () => {
  expectTypeOf<keyof SettingsInput>().toEqualTypeOf<keyof typeof inputFields>()
})
