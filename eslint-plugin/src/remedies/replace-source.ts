import type { TSESTree } from '@typescript-eslint/utils';
import { engineWords } from './engine-words.js';
import { say, type Said } from './say.js';
import { innermost, variableAt, type FindRemedy, type Site } from './site.js';

/** `Date.now()` → `now()`, `new Date()` → `new Date(now())`, in the words of the engine. */
export const replaceClock: FindRemedy = (site) => {
  const call = innermost(site, 'CallExpression', 'NewExpression');
  if (call?.arguments.length !== 0) return undefined;
  const words = engineWords[site.profile];
  if (call.type === 'CallExpression' && isMember(site, call.callee, 'Date', 'now'))
    return replace(call, say(site, words.now)) ?? record(site, call, 'now');
  if (call.type !== 'NewExpression' || !isGlobal(site, call.callee, 'Date')) return undefined;
  const said = say(site, words.now);
  if (said !== undefined) return replace(call, { ...said, text: `new Date(${said.text})` });
  const recorded = say(site, words.record, 'Date.now()', 'now');
  return recorded && replace(call, { ...recorded, text: `new Date(${recorded.text})` });
};

/** `Math.random()` → `random()`, `crypto.randomUUID()` → `uuid4()`, in the words of the engine. */
export const replaceRandomness: FindRemedy = (site) => {
  const call = innermost(site, 'CallExpression');
  if (call?.arguments.length !== 0) return undefined;
  const words = engineWords[site.profile];
  if (isMember(site, call.callee, 'Math', 'random'))
    return replace(call, say(site, words.random)) ?? record(site, call, 'random');
  if (!makesUuid(site, call.callee)) return undefined;
  return replace(call, say(site, words.uuid)) ?? record(site, call, 'uuid');
};

/** `new Promise((resolve) => setTimeout(resolve, ms))` → `sleep(ms)`. */
export const replaceTimer: FindRemedy = (site) => {
  const call = innermost(site, 'CallExpression');
  if (call === undefined) return undefined;
  if (importedFrom(site, call.callee, /^(node:)?timers\/promises$/) === 'setTimeout')
    return replace(call, sleepFor(site, call.arguments[0]));
  const promise = innermost(site, 'NewExpression');
  if (promise === undefined || !isGlobal(site, promise.callee, 'Promise')) return undefined;
  const [executor] = promise.arguments;
  if (executor?.type !== 'ArrowFunctionExpression' && executor?.type !== 'FunctionExpression')
    return undefined;
  const [resolve] = executor.params;
  if (resolve?.type !== 'Identifier' || onlyCall(executor.body) !== call) return undefined;
  const [callback, duration] = call.arguments;
  if (callback === undefined || !onlyResolves(callback, resolve.name) || call.arguments.length > 2)
    return undefined;
  return replace(promise, sleepFor(site, duration));
};

/** `Promise.race([…])` → `RestatePromise.race([…])`, where the engine has a race that it records. */
export const replaceRace: FindRemedy = (site) => {
  const callee = innermost(site, 'CallExpression')?.callee;
  if (callee?.type !== 'MemberExpression') return undefined;
  if (!isMember(site, callee, 'Promise', 'race') && !isMember(site, callee, 'Promise', 'any'))
    return undefined;
  return replace(callee.object, say(site, engineWords[site.profile].combinators));
};

function sleepFor(site: Site, duration: TSESTree.CallExpressionArgument | undefined): Said | undefined {
  if (duration?.type === 'SpreadElement') return undefined;
  const text = duration === undefined ? '0' : site.sourceCode.getText(duration);
  return say(site, engineWords[site.profile].sleep, text);
}

function record(site: Site, call: TSESTree.CallExpression, id: string): ReturnType<FindRemedy> {
  return replace(call, say(site, engineWords[site.profile].record, site.sourceCode.getText(call), id));
}

function replace(node: TSESTree.Node, said: Said | undefined): ReturnType<FindRemedy> {
  if (said === undefined) return undefined;
  return {
    kind: 'suggestion',
    title: `Use \`${said.title}\``,
    edits: [{ range: node.range, text: said.text }, ...said.edits],
  };
}

/** The one call that a function's body consists of. */
function onlyCall(body: TSESTree.BlockStatement | TSESTree.Expression): TSESTree.Node | undefined {
  if (body.type !== 'BlockStatement') return body;
  const [statement] = body.body;
  return body.body.length === 1 && statement?.type === 'ExpressionStatement'
    ? statement.expression
    : undefined;
}

/** `resolve`, or a function that does nothing but call it. */
function onlyResolves(callback: TSESTree.CallExpressionArgument, resolve: string): boolean {
  if (callback.type === 'Identifier') return callback.name === resolve;
  if (callback.type !== 'ArrowFunctionExpression') return false;
  const call = onlyCall(callback.body);
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier') return false;
  const [value] = call.arguments;
  const givesNothing = value === undefined || (value.type === 'Identifier' && value.name === 'undefined');
  return call.callee.name === resolve && givesNothing;
}

function isMember(site: Site, callee: TSESTree.Node, object: string, property: string): boolean {
  return (
    callee.type === 'MemberExpression' &&
    !callee.computed &&
    callee.property.type === 'Identifier' &&
    callee.property.name === property &&
    isGlobal(site, callee.object, object)
  );
}

/** The global itself or a member of `globalThis`, not a variable of the same name. */
function isGlobal(site: Site, node: TSESTree.Node, name: string): boolean {
  if (node.type === 'MemberExpression') return isMember(site, node, 'globalThis', name);
  if (node.type !== 'Identifier' || node.name !== name) return false;
  return (variableAt(site.sourceCode, node, name)?.defs.length ?? 0) === 0;
}

function makesUuid(site: Site, callee: TSESTree.Node): boolean {
  if (isMember(site, callee, 'crypto', 'randomUUID')) return true;
  if (importedFrom(site, callee, /^(node:)?crypto$/) === 'randomUUID') return true;
  return importedFrom(site, callee, /^uuid$/) === 'v4';
}

/** The exported name that an identifier, or a member of an imported namespace, stands for. */
function importedFrom(site: Site, node: TSESTree.Node, module: RegExp): string | undefined {
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
    const base = importedFrom(site, node.object, module);
    return base === '*' || base === 'default' ? node.property.name : undefined;
  }
  if (node.type !== 'Identifier') return undefined;
  const definition = variableAt(site.sourceCode, node, node.name)?.defs[0];
  if (definition?.type !== 'ImportBinding' || definition.parent?.type !== 'ImportDeclaration')
    return undefined;
  if (!module.test(definition.parent.source.value)) return undefined;
  switch (definition.node.type) {
    case 'ImportNamespaceSpecifier':
      return '*';
    case 'ImportDefaultSpecifier':
      return 'default';
    case 'ImportSpecifier': {
      const { imported } = definition.node;
      return imported.type === 'Identifier' ? imported.name : imported.value;
    }
    default:
      return undefined;
  }
}
