import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The documentation pages that `refrain explain` prints: of rules (`wall-clock`) and errors (`RFN1001`). */
export type PageKind = 'rules' | 'errors';

/** In the published package the pages stand beside dist/; in the repository they are docs/. */
function folderOf(kind: PageKind): URL {
  const published = new URL(`../pages/${kind}/`, import.meta.url);
  return existsSync(fileURLToPath(published)) ? published : new URL(`../../docs/${kind}/`, import.meta.url);
}

/** Names of all pages of one kind, sorted. */
export function pageNames(kind: PageKind): string[] {
  return readdirSync(folderOf(kind))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/** The page's Markdown, or undefined when there is none of that name. */
export function readPage(kind: PageKind, name: string): string | undefined {
  return pageNames(kind).includes(name)
    ? readFileSync(new URL(`${name}.md`, folderOf(kind)), 'utf8')
    : undefined;
}
