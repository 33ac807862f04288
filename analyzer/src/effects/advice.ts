import type { Shape } from '../catalog/types.js';
import type { PatchStatus, Profile } from '../profiles/types.js';

/** The forms under which a path may be keyed, the most exact first. */
function keysOf(path: string): string[] {
  const bare = path.replace(/^new /, '').replace(/\(\)$/, '');
  const keys = path === bare ? [path] : [path, bare];
  let rest = bare;
  for (;;) {
    const cut = Math.max(rest.lastIndexOf('.'), rest.lastIndexOf('#'));
    if (cut <= 0) break;
    keys.push(`${rest.slice(0, cut)}.*`);
    rest = rest.slice(0, cut);
  }
  keys.push(`${bare}.*`);
  return keys;
}

/** What the engine does to an API, if it does anything; rule ids stand for all that they cover. */
export function patchOf(profile: Profile, path: string, rule: string): PatchStatus | undefined {
  for (const key of keysOf(path)) {
    for (const exact of [`${key} ${rule}`, key])
      if (Object.hasOwn(profile.patches, exact)) return profile.patches[exact];
  }
  return Object.hasOwn(profile.patches, rule) ? profile.patches[rule] : undefined;
}

export function adviceFor(
  profile: Profile,
  path: string | undefined,
  rule: string,
  shape: Shape | undefined,
): string | undefined {
  for (const key of path === undefined ? [] : keysOf(path)) {
    if (Object.hasOwn(profile.suggestions, key)) return profile.suggestions[key];
  }
  if (Object.hasOwn(profile.suggestions, rule)) return profile.suggestions[rule];
  return shape?.advice;
}
