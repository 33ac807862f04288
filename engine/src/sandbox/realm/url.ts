import { urlParts, type RealmHost } from '../../runtime/realm.js';

/** `URL` and `URLSearchParams` of the realm. The host parses; what crosses are strings. */

type UrlHost = Pick<RealmHost, 'parseUrl' | 'setUrlPart'>;

type Pairs = [string, string][];

function decodeForm(text: string): string {
  const spaced = text.replace(/\+/g, ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      const bytes = run.match(/[0-9a-f]{2}/gi)!.map((hex) => parseInt(hex, 16));
      return new TextDecoder().decode(new Uint8Array(bytes));
    });
  }
}

function encodeForm(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

function parsePairs(query: string): Pairs {
  const text = query.startsWith('?') ? query.slice(1) : query;
  if (text === '') return [];
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const index = part.indexOf('=');
      if (index === -1) return [decodeForm(part), ''];
      return [decodeForm(part.slice(0, index)), decodeForm(part.slice(index + 1))];
    });
}

function pairsOf(init: unknown): Pairs {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object') return parsePairs(String(init));
  const entries =
    Symbol.iterator in init ? [...(init as Iterable<Iterable<unknown>>)] : Object.entries(init as object);
  return entries.map((entry) => {
    const pair = [...(entry as Iterable<unknown>)];
    if (pair.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
    return [String(pair[0]), String(pair[1])];
  });
}

export class URLSearchParams {
  #pairs: Pairs;
  #onChange: ((query: string) => void) | undefined;

  constructor(init?: unknown) {
    this.#pairs = pairsOf(init);
  }

  static connect(params: URLSearchParams, onChange: (query: string) => void): void {
    params.#onChange = onChange;
  }

  static reload(params: URLSearchParams, query: string): void {
    params.#pairs = parsePairs(query);
  }

  #change(pairs: Pairs): void {
    this.#pairs = pairs;
    this.#onChange?.(this.toString());
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#change([...this.#pairs, [String(name), String(value)]]);
  }

  delete(name: string, value?: string): void {
    this.#change(
      this.#pairs.filter(([n, v]) => n !== String(name) || (value !== undefined && v !== String(value))),
    );
  }

  get(name: string): string | null {
    return this.#pairs.find(([n]) => n === String(name))?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([n]) => n === String(name)).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(([n, v]) => n === String(name) && (value === undefined || v === String(value)));
  }

  set(name: string, value: string): void {
    const index = this.#pairs.findIndex(([n]) => n === String(name));
    if (index === -1) return this.append(name, value);
    const pair: [string, string] = [String(name), String(value)];
    this.#change(
      this.#pairs
        .map((old, i) => (i === index ? pair : old))
        .filter(([n], i) => n !== pair[0] || i === index),
    );
  }

  sort(): void {
    this.#change([...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  forEach(fn: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this.#pairs) Reflect.apply(fn, self, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#pairs) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join('&');
  }
}

function invalidUrl(input: string): TypeError {
  return Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input });
}

/** Makes the two classes of a realm; what only they may do to each other is out of reach afterwards. */
export function makeUrlClasses(host: UrlHost): { URL: unknown; URLSearchParams: unknown } {
  const { connect, reload } = URLSearchParams;
  for (const name of ['connect', 'reload']) Reflect.deleteProperty(URLSearchParams, name);

  class URL {
    #parts: string[];
    #params: URLSearchParams | undefined;

    constructor(url: unknown, base?: unknown) {
      const text = String(url);
      const parts = host.parseUrl(text, base === undefined ? undefined : String(base));
      if (parts === undefined) throw invalidUrl(text);
      this.#parts = parts.split('\n');
    }

    static canParse(url: unknown, base?: unknown): boolean {
      return host.parseUrl(String(url), base === undefined ? undefined : String(base)) !== undefined;
    }

    static part(url: URL, index: number): string {
      return url.#parts[index]!;
    }

    static setPart(url: URL, part: string, value: unknown): void {
      if (part === 'href' && host.parseUrl(String(value), undefined) === undefined)
        throw invalidUrl(String(value));
      url.#parts = host.setUrlPart(url.#parts[0]!, part, String(value)).split('\n');
      if (url.#params && part !== 'hash') reload(url.#params, url.#parts[urlParts.indexOf('search')]!);
    }

    get searchParams(): URLSearchParams {
      if (this.#params === undefined) {
        this.#params = new URLSearchParams(part(this, urlParts.indexOf('search')));
        connect(this.#params, (query) => {
          this.#parts = host.setUrlPart(this.#parts[0]!, 'search', query).split('\n');
        });
      }
      return this.#params;
    }

    toString(): string {
      return this.#parts[0]!;
    }

    toJSON(): string {
      return this.#parts[0]!;
    }
  }

  const { part, setPart } = URL;
  for (const name of ['part', 'setPart']) Reflect.deleteProperty(URL, name);
  urlParts.forEach((name, index) => {
    Object.defineProperty(URL.prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: URL): string {
        return part(this, index);
      },
      ...(name === 'origin'
        ? {}
        : {
            set(this: URL, value: unknown): void {
              setPart(this, name, value);
            },
          }),
    });
  });
  return { URL, URLSearchParams };
}
