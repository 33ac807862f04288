/** Any function; parameters are `never` so that every signature fits. */
export type AnyFunction = (...args: never[]) => unknown;

/** An object whose functions are activities: `import * as activities`, or its type alone. */
export type Activities = object;

/** The names of the functions in `A`. Any name, where the activities' type is not known. */
export type ActivityName<A extends Activities> = [keyof A] extends [never]
  ? string
  : { [K in keyof A]: A[K] extends AnyFunction ? K : never }[keyof A] & string;

/** The signature behind a name. */
export type ActivityNamed<A extends Activities, N extends string> = N extends keyof A
  ? A[N] extends AnyFunction
    ? A[N]
    : AnyFunction
  : (...args: unknown[]) => unknown;

export type ResultOf<F extends AnyFunction> = Awaited<ReturnType<F>>;
export type ArgumentsOf<F extends AnyFunction> = Parameters<F>;

/**
 * What an argument has to be: a value (compared deeply), a predicate, or one of Vitest's asymmetric matchers
 * (`expect.objectContaining(…)`).
 */
export type ArgumentMatcher<T> = T | ((argument: T) => boolean) | AsymmetricMatcher;
export type ArgumentMatchers<P extends readonly unknown[]> = { [K in keyof P]?: ArgumentMatcher<P[K]> };

export interface AsymmetricMatcher {
  asymmetricMatch(other: unknown): boolean;
}
