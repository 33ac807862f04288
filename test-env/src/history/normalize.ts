const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const isoTime = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;

/** Replaces ids made at random and points of time by names that are the same in every run: `<id 1>`, `<time 1>`. */
export function normalizeText(text: string): string {
  return numbered(numbered(text, uuid, 'id'), isoTime, 'time');
}

function numbered(text: string, pattern: RegExp, name: string): string {
  const seen = new Map<string, string>();
  return text.replace(pattern, (found) => {
    const known = seen.get(found) ?? `<${name} ${seen.size + 1}>`;
    seen.set(found, known);
    return known;
  });
}
