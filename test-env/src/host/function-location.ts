import { Session, type Debugger, type Runtime } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/**
 * The files in which functions were defined. A function does not know its file; V8 does, and tells an inspector
 * session of the same thread. Undefined for a function whose script has no file (native, `eval`).
 */
export function functionFiles(functions: readonly object[]): (string | undefined)[] {
  const session = new Session();
  session.connect();
  const key = `refrain:functions:${Math.random()}`;
  const scope = globalThis as unknown as Record<string, unknown>;
  scope[key] = functions;
  try {
    const urls = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params }: { params: Debugger.ScriptParsedEventDataType }) => {
      urls.set(params.scriptId, params.url);
    });
    post(session, 'Debugger.enable');
    const list = post<Runtime.EvaluateReturnType>(session, 'Runtime.evaluate', {
      expression: `globalThis[${JSON.stringify(key)}]`,
    }).result.objectId!;
    return functions.map((_, index) => {
      const scriptId = scriptOf(session, list, index);
      return scriptId === undefined ? undefined : fileOf(urls.get(scriptId));
    });
  } finally {
    Reflect.deleteProperty(scope, key);
    session.disconnect();
  }
}

function scriptOf(session: Session, listId: string, index: number): string | undefined {
  const element = post<Runtime.CallFunctionOnReturnType>(session, 'Runtime.callFunctionOn', {
    objectId: listId,
    functionDeclaration: `function () { return this[${index}] }`,
  }).result.objectId;
  if (element === undefined) return undefined;
  const { internalProperties } = post<Runtime.GetPropertiesReturnType>(session, 'Runtime.getProperties', {
    objectId: element,
    ownProperties: true,
  });
  const location = internalProperties?.find((property) => property.name === '[[FunctionLocation]]');
  return (location?.value?.value as { scriptId?: string } | undefined)?.scriptId;
}

function fileOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  if (url.startsWith('file:')) return fileURLToPath(url);
  // Vitest gives transformed modules their path as name.
  return url.startsWith('/') || /^[a-z]:[\\/]/i.test(url) ? url.replace(/\?.*$/, '') : undefined;
}

/** A session of the same thread answers while `post` runs. */
function post<R>(session: Session, method: string, params?: object): R {
  let answer: { readonly error: Error | null; readonly result: unknown } | undefined;
  session.post(method, params, (error: Error | null, result?: object) => {
    answer = { error, result };
  });
  if (!answer) throw new Error(`The inspector did not answer ${method}`);
  if (answer.error) throw answer.error;
  return answer.result as R;
}
