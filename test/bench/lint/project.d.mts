export interface ProjectShape {
  readonly workflows: number;
  readonly helpers: number;
  readonly depth: number;
}
export function writeProject(directory: string, size?: { files?: number; depth?: number }): ProjectShape;
export function workflowFile(index: number): string;
export function helperFile(index: number): string;
export function workflowText(index: number, helper: number, extra?: string): string;
export function helperText(index: number, hasNext: boolean, body?: string): string;
