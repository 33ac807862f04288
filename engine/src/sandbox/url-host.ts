import type { RealmHost } from '../runtime/realm.js';

const parts = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

function describe(url: URL): string {
  return parts.map((part) => url[part]).join('\n');
}

/** The parsing of URLs for the sandbox. Text in, text out; nothing is thrown. */
export function makeUrlHost(): Pick<RealmHost, 'parseUrl' | 'setUrlPart'> {
  return {
    parseUrl(url, base) {
      try {
        return describe(new URL(url, base));
      } catch {
        return undefined;
      }
    },
    setUrlPart(href, part, value) {
      const url = new URL(href);
      const name = parts.find((known) => known === part);
      if (name !== undefined && name !== 'origin') url[name] = value;
      return describe(url);
    },
  };
}
