import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageNames } from '../packages/pack.js';
import { apiReports } from './api-report.js';
import { root } from './repository.js';

const reports = apiReports(packageNames);
const folder = join(root, 'docs', 'api');

it.each(packageNames)('the API of %s is the one in docs/api', (name) => {
  const file = join(folder, `${name}.md`);
  const report = reports.get(name)!;
  if (process.env['UPDATE_API_REPORTS']) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, report);
  }
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect(report, 'The public API changed. If that is meant: `npm run api-reports`, and commit.').toBe(
    committed,
  );
});
