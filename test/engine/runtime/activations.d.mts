import type { Activation, Job } from './harness.js';

export interface Payload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

export function json(value: unknown): Payload;
export function initialize(workflowType: string, args?: readonly unknown[], more?: object): Job;
export function activation(jobs: readonly Job[], more?: Partial<Activation>): Activation;
