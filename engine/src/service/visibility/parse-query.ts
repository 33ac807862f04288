import type { SearchAttributeType, SearchAttributeTypes } from '../check-fields.js';
import { comparableValue, textWords } from '../check-fields.js';
import { goDurationMs } from '../go-duration.js';
import { ServiceError } from '../errors.js';
import type { Comparable, Field, Filter, Operator, VisibilityQuery } from './query.js';
import { columns } from './query.js';
import type { Token } from './tokens.js';
import { tokenize } from './tokens.js';

/**
 * Parses Temporal's list filter: comparisons, BETWEEN, IN, STARTS_WITH, IS [NOT] NULL, AND, OR, NOT, parentheses,
 * then ORDER BY, and for counts GROUP BY. Field names are Temporal's or registered search attributes; values are
 * checked against the field's type. Throws an error that says where the query is wrong.
 */
export function parseVisibilityQuery(text: string | undefined, types: SearchAttributeTypes): VisibilityQuery {
  const parser = new Parser(text ?? '', types);
  return parser.query();
}

const statuses: Readonly<Record<string, string>> = {
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  canceled: 'CANCELED',
  cancelled: 'CANCELED',
  terminated: 'TERMINATED',
  continuedasnew: 'CONTINUED_AS_NEW',
  continued_as_new: 'CONTINUED_AS_NEW',
  timedout: 'TIMED_OUT',
  timed_out: 'TIMED_OUT',
};

/** Owns the position in the query; one per parse. Depth is bounded by `maximumDepth` (E10). */
class Parser {
  readonly #text: string;
  readonly #types: SearchAttributeTypes;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, types: SearchAttributeTypes) {
    this.#text = text;
    this.#types = types;
    this.#tokens = tokenize(text, (message, at) => this.#error(message, at));
  }

  query(): VisibilityQuery {
    const startsWithFilter = !this.#isWord('ORDER') && !this.#isWord('GROUP') && this.#peek() !== undefined;
    const filter = startsWithFilter ? this.#or() : undefined;
    const groupBy = this.#takeWord('GROUP') ? (this.#expectWord('BY'), this.#field()) : undefined;
    const orderBy = this.#takeWord('ORDER') ? (this.#expectWord('BY'), this.#orderBy()) : [];
    const rest = this.#peek();
    if (rest) throw this.#error(`unexpected '${rest.text}'`, rest.at);
    return { filter, orderBy, groupBy };
  }

  #or(): Filter {
    if (++this.#depth > maximumDepth) throw this.#error('nested too deeply', this.#position());
    const operands = [this.#and()];
    while (this.#takeWord('OR')) operands.push(this.#and());
    this.#depth--;
    return operands.length === 1 ? operands[0]! : { type: 'or', operands };
  }

  #and(): Filter {
    const operands = [this.#not()];
    while (this.#takeWord('AND')) operands.push(this.#not());
    return operands.length === 1 ? operands[0]! : { type: 'and', operands };
  }

  #not(): Filter {
    if (this.#takeWord('NOT')) return { type: 'not', operand: this.#not() };
    if (this.#takeSymbol('(')) {
      const inner = this.#or();
      this.#expectSymbol(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Filter {
    const field = this.#field();
    if (this.#takeWord('IS')) {
      const not = this.#takeWord('NOT');
      this.#expectWord('NULL');
      return negated({ type: 'isNull', field }, not);
    }
    if (field.valueType === 'Text') return this.#words(field);
    const not = this.#takeWord('NOT');
    if (this.#takeWord('BETWEEN')) {
      const low = this.#value(field);
      this.#expectWord('AND');
      return negated({ type: 'between', field, low, high: this.#value(field) }, not);
    }
    if (this.#takeWord('IN')) {
      this.#expectSymbol('(');
      const values = [this.#value(field)];
      while (this.#takeSymbol(',')) values.push(this.#value(field));
      this.#expectSymbol(')');
      return negated({ type: 'in', field, values }, not);
    }
    if (this.#takeWord('STARTS_WITH')) {
      if (!['Keyword', 'KeywordList'].includes(field.valueType)) {
        throw this.#error('STARTS_WITH needs a field of keywords', this.#position());
      }
      return negated({ type: 'startsWith', field, prefix: String(this.#value(field)) }, not);
    }
    const token = this.#next('an operator');
    if (token.type !== 'symbol' || !operators.has(token.text) || not) {
      throw this.#error(`expected an operator, found '${token.text}'`, token.at);
    }
    return { type: 'compare', field, operator: token.text as Operator, value: this.#value(field) };
  }

  /** A field of type Text is searched by words. */
  #words(field: Field): Filter {
    const token = this.#next('an operator');
    if (token.text !== '=' && token.text !== '!=') {
      throw this.#error(`a field of type Text takes = and != only, found '${token.text}'`, token.at);
    }
    const value = this.#next('a value');
    const words = value.type === 'text' ? textWords(value.text) : [];
    if (words.length === 0) throw this.#error(`'${value.text}' is a text without a word`, value.at);
    return negated({ type: 'hasWords', field, words }, token.text === '!=');
  }

  #orderBy(): { field: Field; descending: boolean }[] {
    const orders = [];
    do {
      const field = this.#field();
      const descending = this.#takeWord('DESC');
      if (!descending) this.#takeWord('ASC');
      orders.push({ field, descending });
    } while (this.#takeSymbol(','));
    return orders;
  }

  #field(): Field {
    const token = this.#next('a field');
    if (token.type !== 'word') throw this.#error(`expected a field, found '${token.text}'`, token.at);
    const column = Object.hasOwn(columns, token.text)
      ? columns[token.text as keyof typeof columns]
      : undefined;
    if (column) return { type: 'column', ...column };
    const valueType = this.#types.get(token.text);
    if (valueType) return { type: 'attribute', name: token.text, valueType };
    const known = [...Object.keys(columns), ...this.#types.keys()].join(', ');
    throw this.#error(`'${token.text}' is not a field; the fields are ${known}`, token.at);
  }

  #value(field: Field): Comparable {
    const token = this.#next('a value');
    const raw = rawValue(token);
    if (raw === undefined) throw this.#error(`expected a value, found '${token.text}'`, token.at);
    if (field.type === 'column' && field.column === 'status') return this.#status(token);
    const isDuration = field.type === 'column' && field.column === 'executionDurationMs';
    const value = isDuration ? durationMs(raw) : valueFor(raw, field.valueType);
    if (value === undefined) {
      if (isDuration)
        throw this.#error(`'${token.text}' is not a duration such as 1h30m or 01:30:00`, token.at);
      throw this.#error(`'${token.text}' is not a value of type ${field.valueType}`, token.at);
    }
    return value;
  }

  #status(token: Token): string {
    const status = Object.hasOwn(statuses, token.text.toLowerCase()) && statuses[token.text.toLowerCase()];
    if (!status) throw this.#error(`'${token.text}' is not a status such as Running or TimedOut`, token.at);
    return status;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #position(): number {
    return this.#peek()?.at ?? this.#text.length;
  }

  #next(expected: string): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw this.#error(`expected ${expected}, found the end`, this.#text.length);
    return token;
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token?.type === 'word' && token.text.toUpperCase() === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at++;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#error(`expected ${word}`, this.#position());
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek();
    if (token?.type !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#error(`expected '${symbol}'`, this.#position());
  }

  #error(message: string, at: number): ServiceError {
    const where = `list query, at character ${at + 1}: ${message}\n  ${this.#text}\n  ${' '.repeat(at)}^`;
    return new ServiceError('RFN2008', 'INVALID_ARGUMENT', 'InvalidArgument', where);
  }
}

const maximumDepth = 100;
const operators: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

function negated(filter: Filter, not: boolean): Filter {
  return not ? { type: 'not', operand: filter } : filter;
}

function rawValue(token: Token): unknown {
  if (token.type === 'text') return token.text;
  if (token.type === 'number') return Number(token.text);
  if (token.type === 'word' && /^(true|false)$/i.test(token.text)) return token.text.toLowerCase() === 'true';
  return undefined;
}

/** Nanoseconds, a duration as Go writes it, or hours, minutes and seconds; as on Temporal. */
function durationMs(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw / 1e6;
  const clock = /^(\d+):(\d\d):(\d\d)$/.exec(String(raw));
  if (clock) return (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000;
  return goDurationMs(String(raw));
}

function valueFor(raw: unknown, type: SearchAttributeType): Comparable | undefined {
  // Numbers and truth values may be quoted, and times may be numbers of nanoseconds, as on Temporal.
  if (typeof raw === 'string' && (type === 'Int' || type === 'Double') && raw.trim() !== '') {
    return comparableValue(Number(raw), type);
  }
  if (typeof raw === 'string' && type === 'Bool' && /^(true|false)$/i.test(raw)) {
    return Number(raw.toLowerCase() === 'true');
  }
  if (typeof raw === 'number' && type === 'Datetime') return raw / 1e6;
  return comparableValue(raw, type);
}
