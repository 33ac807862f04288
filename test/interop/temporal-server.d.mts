export function freePort(): Promise<number>;
export function findTemporal(options?: { build?: boolean }): string | undefined;
export function startTemporal(
  binary: string,
  options?: { searchAttributes?: Record<string, string> },
): Promise<{ address: string; stop(): Promise<void> }>;
