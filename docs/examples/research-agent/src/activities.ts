import { modelFromEnvironment } from './model.js';
import type { Decision, Finding } from './research.js';

/** A model's answer differs from call to call: as an activity's result it is recorded, and a replay gets the record. */
export async function decideNext(question: string, findings: Finding[]): Promise<Decision> {
  return modelFromEnvironment(process.env).decide(question, findings);
}

const library: Readonly<Record<string, string>> = {
  'https://example.com/replay': 'A durable workflow is replayed from its history after a crash.',
  'https://example.com/timers': 'A durable timer outlives the process that set it.',
};

/** Stands in for a search service: the pages that share a word with the query, one URL a line. */
export async function search(query: string): Promise<string> {
  const words = query.toLowerCase().match(/\w{4,}/g) ?? [];
  const urls = Object.keys(library).filter((url) =>
    words.some((word) => library[url]?.toLowerCase().includes(word)),
  );
  return (urls.length > 0 ? urls : Object.keys(library)).join('\n');
}

export async function readPage(url: string): Promise<string> {
  const text = library[url];
  if (text === undefined) throw new Error(`404: ${url}`);
  return text;
}

export async function askReviewer(question: string, answer: string): Promise<void> {
  console.log(`please review:\n  ${question}\n  ${answer}`);
}

export async function publish(question: string, answer: string, sources: string[]): Promise<void> {
  console.log(`published: ${question}\n  ${answer}\n  ${sources.join(', ')}`);
}
