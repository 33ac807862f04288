/** The headings that every page of a rule has, in this order. */
export const requiredHeadings = [
  'What',
  'Why it breaks replay',
  'Incorrect',
  'Correct',
  'Options',
  'When not to use it',
] as const;

export function missingHeadings(page: string): readonly string[] {
  const found = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const inOrder = found.filter((heading) => (requiredHeadings as readonly unknown[]).includes(heading));
  return requiredHeadings.filter((heading, place) => inOrder[place] !== heading);
}

export interface Example {
  readonly profile: string | undefined;
  /** The rule ids that must be reported; undefined where the fence names none. */
  readonly expected: readonly string[];
  /** The files that the block shows, each behind a comment that is its name. */
  readonly files: readonly string[];
}

/** The blocks of code under a heading; `profile=… expect=…` stand behind the language of the fence. */
export function examplesUnder(page: string, heading: string): readonly Example[] {
  const sections = page.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/```[jt]sx?([^\n]*)\n([\s\S]*?)```/g)].map(([, info = '', code = '']) => ({
    profile: /profile=(\S+)/.exec(info)?.[1],
    expected: /expect=(\S+)/.exec(info)?.[1]?.split(',') ?? [],
    files: code.split(/^\/\/ \S+\.ts\n/m).filter((text) => text.trim() !== ''),
  }));
}
