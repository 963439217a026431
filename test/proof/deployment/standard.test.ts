import { failedCreations } from './failed-creations.ts'

await failedCreations('standard', ['us-east-1', 'us-east-2'])
