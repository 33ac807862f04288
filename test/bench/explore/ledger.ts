/** The outside world of a scenario: what the activities did, in order. */
export class Ledger {
  readonly entries: string[] = [];

  add(entry: string): void {
    this.entries.push(entry);
  }

  count(entry: string): number {
    return this.entries.filter((each) => each === entry || each.startsWith(`${entry}(`)).length;
  }
}

export type Answers = Readonly<Record<string, ((...args: never[]) => unknown) | undefined>>;

/** Activities that write their call into the ledger, `name(arguments)`, and then answer. */
export function recording(
  ledger: Ledger,
  answers: Answers,
): Record<string, (...args: unknown[]) => Promise<unknown>> {
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (...args: unknown[]) => {
        ledger.add(args.length === 0 ? name : `${name}(${args.join(', ')})`);
        return Promise.resolve(answer?.(...(args as never[])));
      },
    ]),
  );
}
