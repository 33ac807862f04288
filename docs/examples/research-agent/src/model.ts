import { ApplicationFailure } from '@refrain/engine/activity';
import type { Decision, Finding } from './research.js';

/** A language model, reduced to what the agent asks of it: what to do next. */
export interface Model {
  decide(question: string, findings: readonly Finding[]): Promise<Decision>;
}

/**
 * The model that RESEARCH_MODEL_URL names: any server of the chat-completions API. Without it a fake one, which needs
 * no network and always decides the same way.
 */
export function modelFromEnvironment(env: NodeJS.ProcessEnv): Model {
  const url = env['RESEARCH_MODEL_URL'];
  return url ? chatModel(url, env['RESEARCH_MODEL_NAME'] ?? 'default', env['RESEARCH_MODEL_KEY']) : fakeModel;
}

/** Searches, reads the first result, and answers with what it has read. */
const fakeModel: Model = {
  decide(question, findings) {
    const found = findings.find(({ source }) => source === 'search');
    const read = findings.find(({ source }) => source.startsWith('http'));
    if (!found) return Promise.resolve({ type: 'search', query: question });
    if (!read) return Promise.resolve({ type: 'read', url: found.text.split('\n')[0] ?? '' });
    const remarks = findings.filter(({ source }) => source === 'reviewer').map(({ text }) => ` (${text})`);
    return Promise.resolve({ type: 'answer', text: `${read.text}${remarks.join('')}` });
  },
};

const instructions = `Answer with one JSON object and nothing else: {"type":"search","query":"…"},
{"type":"read","url":"…"} or {"type":"answer","text":"…"}. Answer only from what was found.`;

function chatModel(url: string, model: string, key: string | undefined): Model {
  return {
    async decide(question, findings) {
      const facts = findings.map(({ source, text }) => `${source}:\n${text}`).join('\n\n');
      const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({
          model,
          messages: [
            { role: 'system', content: instructions },
            { role: 'user', content: `${question}\n\nFound so far:\n${facts || 'nothing'}` },
          ],
        }),
      });
      // A wrong key stays wrong; a server that is busy gets another attempt.
      if (response.status === 401 || response.status === 403) {
        throw ApplicationFailure.nonRetryable(
          `the model refused the key: ${response.status}`,
          'ModelRefused',
        );
      }
      if (!response.ok) throw new Error(`the model answered ${response.status}`);
      const body = (await response.json()) as { choices: { message: { content: string } }[] };
      return parseDecision(body.choices[0]?.message.content ?? '');
    },
  };
}

/** Throws what is retried: the next attempt may get a better answer. */
function parseDecision(text: string): Decision {
  const decision = JSON.parse(text) as Partial<Decision>;
  if (decision.type === 'search' && typeof decision.query === 'string') return decision as Decision;
  if (decision.type === 'read' && typeof decision.url === 'string') return decision as Decision;
  if (decision.type === 'answer' && typeof decision.text === 'string') return decision as Decision;
  throw new Error(`the model answered something else: ${text.slice(0, 200)}`);
}
