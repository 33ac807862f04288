import { urlParts, type RealmHost } from '../runtime/realm.js';

function describe(url: URL): string {
  return urlParts.map((part) => url[part]).join('\n');
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
      const name = urlParts.find((known) => known === part);
      if (name !== undefined && name !== 'origin') url[name] = value;
      return describe(url);
    },
  };
}
