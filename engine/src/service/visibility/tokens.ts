export interface Token {
  readonly type: 'word' | 'text' | 'number' | 'symbol';
  readonly text: string;
  readonly at: number;
}

const pattern =
  /\s*(?:(?<word>[A-Za-z_][A-Za-z0-9_.-]*)|`(?<quoted>[^`]+)`|(?<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?<number>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<symbol>!=|<>|<=|>=|[=<>(),]))/iy;

/** Cuts a list query into tokens. `error` makes the error to throw at a position. */
export function tokenize(text: string, error: (message: string, at: number) => Error): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
    if (!match?.groups) {
      const quote = text[at] === "'" || text[at] === '"';
      throw error(quote ? 'this text has no closing quote' : `unexpected '${text[at]}'`, at);
    }
    tokens.push(tokenOf(match.groups, at));
  }
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, at: number): Token {
  const { word, quoted, text, number, symbol } = groups;
  if (word !== undefined) return { type: 'word', text: word, at };
  if (quoted !== undefined) return { type: 'word', text: quoted, at };
  if (number !== undefined) return { type: 'number', text: number, at };
  if (symbol !== undefined) return { type: 'symbol', text: symbol === '<>' ? '!=' : symbol, at };
  const quote = text![0]!;
  const inner = text!
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replace(/\\(.)/g, '$1');
  return { type: 'text', text: inner, at };
}
