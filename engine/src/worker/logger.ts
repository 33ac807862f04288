export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
export type LogAttributes = Readonly<Record<string, unknown>>;

/** Takes the log of workers, activities and (through a sink) workflows. */
export interface Logger {
  log(level: LogLevel, message: string, attributes?: LogAttributes): void;
  trace(message: string, attributes?: LogAttributes): void;
  debug(message: string, attributes?: LogAttributes): void;
  info(message: string, attributes?: LogAttributes): void;
  warn(message: string, attributes?: LogAttributes): void;
  error(message: string, attributes?: LogAttributes): void;
}

/** A logger over one function. */
export function createLogger(
  write: (level: LogLevel, message: string, attributes: LogAttributes) => void,
): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, attributes: LogAttributes = {}) =>
      write(level, message, attributes);
  return {
    log: (level, message, attributes = {}) => write(level, message, attributes),
    trace: at('TRACE'),
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
  };
}

/** Adds the same attributes to each entry; they are computed only when an entry is written. */
export function withAttributes(logger: Logger, attributes: () => LogAttributes): Logger {
  return createLogger((level, message, more) => logger.log(level, message, { ...attributes(), ...more }));
}

/** Writes INFO and above to standard error. */
export const defaultLogger: Logger = createLogger((level, message, attributes) => {
  if (level === 'TRACE' || level === 'DEBUG') return;
  const more = Object.keys(attributes).length > 0 ? ` ${inspect(attributes)}` : '';
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}${more}\n`);
});

function inspect(attributes: LogAttributes): string {
  return JSON.stringify(attributes, (_name, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : typeof value === 'bigint' ? `${value}n` : value,
  );
}
