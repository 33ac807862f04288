import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { engineWords } from './engine-words.js';
import { say } from './say.js';
import { enclosingFunction, innermost, isFunction, type FindRemedy, type Site } from './site.js';

/** `sleep(1000);` → `await sleep(1000);` (`yield` in generator orchestrations). */
export const awaitCommand: FindRemedy = (site) => {
  const statement = innermost(site, 'ExpressionStatement');
  const fn = enclosingFunction(site.path);
  if (statement === undefined || fn === undefined || site.path.indexOf(fn) > site.path.indexOf(statement))
    return undefined;
  if (statement.expression.type !== 'CallExpression') return undefined;
  const word = fn.async ? 'await' : fn.generator && site.profile === 'azure' ? 'yield' : undefined;
  if (word === undefined) return undefined;
  const [start] = statement.range;
  return { kind: 'fix', title: `Add \`${word}\``, edits: [{ range: [start, start], text: `${word} ` }] };
};

/** Adds a timeout to the options of an activity proxy, for the person to adjust. */
export const addTimeout: FindRemedy = (site) => {
  const text = "startToCloseTimeout: '1 minute'";
  const title = `Add \`${text}\``;
  const object = site.path.findLast(
    (node): node is TSESTree.ObjectExpression =>
      node.type === 'ObjectExpression' && node.range[0] >= site.finding.start,
  );
  const call = innermost(site, 'CallExpression');
  const options = object ?? optionsOf(call);
  if (options !== undefined) {
    const position = options.range[0] + 1;
    const separator = options.properties.length === 0 ? ' ' : ',';
    return {
      kind: 'suggestion',
      title,
      edits: [{ range: [position, position], text: ` ${text}${separator}` }],
    };
  }
  if (call?.arguments.length !== 0) return undefined;
  const position = call.range[1] - 1;
  return { kind: 'suggestion', title, edits: [{ range: [position, position], text: `{ ${text} }` }] };
};

function optionsOf(call: TSESTree.CallExpression | undefined): TSESTree.ObjectExpression | undefined {
  return call?.arguments.length === 1 && call.arguments[0]?.type === 'ObjectExpression'
    ? call.arguments[0]
    : undefined;
}

/** `import` → `import type`, where every imported name is used as a type only. */
export const importTypeOnly: FindRemedy = (site) => {
  const declaration = innermost(site, 'ImportDeclaration');
  if (declaration === undefined || declaration.importKind !== 'value') return undefined;
  const { specifiers } = declaration;
  const keyword = site.sourceCode.getFirstToken(declaration);
  if (specifiers.length === 0 || keyword === null) return undefined;
  // TypeScript has no `import type Default, { named }`, nor types within `import type`.
  if (specifiers.length > 1 && specifiers.some((specifier) => specifier.type !== 'ImportSpecifier'))
    return undefined;
  const variables = site.sourceCode.getDeclaredVariables?.(declaration) ?? [];
  const used = variables.flatMap((variable) => variable.references);
  if (!used.every((reference) => 'isTypeReference' in reference && !isValueUse(reference))) return undefined;
  if (specifiers.some((specifier) => specifier.type === 'ImportSpecifier' && specifier.importKind === 'type'))
    return undefined;
  const position = keyword.range[1];
  return { kind: 'fix', title: 'Use `import type`', edits: [{ range: [position, position], text: ' type' }] };
};

/** `typeof activities` in a type is recorded as a reference to the value; it is erased all the same. */
function isValueUse(reference: TSESLint.Scope.Reference): boolean {
  if (!reference.isValueReference) return false;
  for (let node = reference.identifier.parent as TSESTree.Node | undefined; node; node = node.parent) {
    if (node.type === 'TSTypeQuery') return false;
    if (node.type !== 'TSQualifiedName') return true;
  }
  return true;
}

/** Lets a cancellation through at the start of the `catch`, or of the function that `.catch(…)` is given. */
export const rethrowCancellation: FindRemedy = (site) => {
  const call = catchCall(site);
  const place = call === undefined ? innermost(site, 'CatchClause') : call.arguments[0];
  const isHandler = place !== undefined && (place.type === 'CatchClause' || isFunction(place));
  if (!isHandler || place.body.type !== 'BlockStatement') return undefined;
  const param = place.type === 'CatchClause' ? place.param : place.params[0];
  if (param?.type !== 'Identifier') return undefined;
  const said = say(site, engineWords[site.profile].isCancellation, param.name);
  if (said === undefined) return undefined;
  const position = place.body.range[0] + 1;
  return {
    kind: 'suggestion',
    title: 'Rethrow cancellations',
    edits: [{ range: [position, position], text: ` if (${said.text}) throw ${param.name};` }, ...said.edits],
  };
};

/** `command().catch(…)`, where the finding stands at the method's name. */
function catchCall({ path }: Site): TSESTree.CallExpression | undefined {
  const [call, member, name] = path.slice(-3);
  if (call?.type !== 'CallExpression' || member?.type !== 'MemberExpression') return undefined;
  return call.callee === member && member.property === name ? call : undefined;
}

/** Drops `async` from a query handler that awaits nothing. */
export const dropAsync: FindRemedy = (site) => {
  const call = innermost(site, 'CallExpression');
  const handler = call?.arguments.findLast(
    (argument) => argument.type === 'ArrowFunctionExpression' || argument.type === 'FunctionExpression',
  );
  if (handler === undefined) return undefined;
  const fn = handler as TSESTree.ArrowFunctionExpression | TSESTree.FunctionExpression;
  const [keyword, next] = site.sourceCode.getFirstTokens(fn, 2);
  if (!fn.async || keyword?.value !== 'async' || next === undefined) return undefined;
  if (/\bawait\b/.test(site.sourceCode.getText(fn.body))) return undefined;
  return {
    kind: 'suggestion',
    title: 'Make the handler synchronous',
    edits: [{ range: [keyword.range[0], next.range[0]], text: '' }],
  };
};
