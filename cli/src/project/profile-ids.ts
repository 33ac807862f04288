import type { ProfileId } from '@refrain/analyzer';

/** Spelled out here so that the command line can be read without loading the analyzer. */
export const profileIds = [
  'refrain',
  'temporal',
  'restate',
  'inngest',
  'hatchet',
  'dbos',
  'aws',
  'azure',
  'cloudflare',
  'vercel',
] as const satisfies readonly ProfileId[];
