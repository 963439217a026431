import { failedCreations } from './failed-creations.ts'

await failedCreations('starter', ['us-east-1'])
