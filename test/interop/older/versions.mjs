import { homedir } from 'node:os';
import { join } from 'node:path';

/** The two minor versions of Temporal's SDK before the newest. */
export const sdkVersions = ['1.23.0', '1.22.0'];
/** Not below node_modules, where the SDK's bundler compiles no TypeScript. */
export const cacheFolder = join(homedir(), '.cache/refrain-test-sdks');
