/** Rewrites of syntax that leave the meaning of a file as it is and make it smaller, or fit for a template. */
import * as ts from 'typescript';

/** Rewrites `a${b}` as 'a' + b. */
export const templateLiteralsToSums: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isTemplateExpression(visited)) {
      return visited;
    }
    const terms = [factory.createStringLiteral(visited.head.text), ...visited.templateSpans.flatMap((span) =>
      [factory.createParenthesizedExpression(span.expression), ...(span.literal.text ? [factory.createStringLiteral(span.literal.text)] : [])])];
    return factory.createParenthesizedExpression(terms.reduce<ts.Expression>((sum, term) => factory.createAdd(sum, term), terms.shift()!));
  };
  return ts.visitNode(file, visit) as ts.SourceFile;
};

/**
 * Rewrites `function name(a) { ... }` of a script as `var name = (a) => { ... }`, and functions without a name in the same way.
 *
 * Functions are there before anything else of a script runs. So the variables come first in it; they depend on nothing until they
 * are called. Before them come those of numbers and texts, which a minifier then knows wherever they are used.
 */
export const functionsToArrows: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  const arrow = (node: ts.FunctionDeclaration | ts.FunctionExpression) => factory.createArrowFunction(
    ts.getModifiers(node), undefined, node.parameters, undefined, undefined, node.body!);
  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    return ts.isFunctionExpression(visited) && !visited.name && canBeArrow(visited) ? arrow(visited) : visited;
  };
  const statements = file.statements.map((statement) => visit(statement) as ts.Statement);
  const isFunction = (statement: ts.Statement): statement is ts.FunctionDeclaration => ts.isFunctionDeclaration(statement) && canBeArrow(statement);
  const functions = statements.filter(isFunction).map((statement) =>
    factory.createVariableDeclaration(statement.name!, undefined, undefined, arrow(statement)));
  const variables = (wanted: (initializer: ts.Expression | undefined) => boolean) => (statement: ts.Statement): ts.Statement[] => {
    if (!ts.isVariableStatement(statement)) {
      return [];
    }
    const { flags, declarations } = statement.declarationList;
    const chosen = declarations.filter(({ initializer }) => wanted(initializer));
    return chosen.length === 0 ? [] : [factory.createVariableStatement(undefined, factory.createVariableDeclarationList(chosen, flags))];
  };
  const isLiteral = (initializer: ts.Expression | undefined) =>
    initializer !== undefined && (ts.isNumericLiteral(initializer) || ts.isStringLiteral(initializer));
  const isPrologue = (statement: ts.Statement) => ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
  return factory.updateSourceFile(file, [
    ...statements.filter(isPrologue),
    ...statements.flatMap(variables(isLiteral)),
    ...(functions.length ? [factory.createVariableStatement(undefined, factory.createVariableDeclarationList(functions))] : []),
    ...statements.filter((statement) => !isPrologue(statement) && !isFunction(statement))
      .flatMap((statement) => ts.isVariableStatement(statement) ? variables((initializer) => !isLiteral(initializer))(statement) : [statement]),
  ]);
};

function canBeArrow({ asteriskToken, body }: ts.FunctionDeclaration | ts.FunctionExpression): boolean {
  const isBound = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.ThisKeyword || ts.isIdentifier(node) && node.text === 'arguments'
    || Boolean(ts.forEachChild(node, (child) => isBound(child) || undefined));
  return !asteriskToken && body !== undefined && !isBound(body);
}

/** Rewrites `import name = require('module')` of one module as an import of what that ES module exports. */
export function importsOf(module: string): ts.TransformerFactory<ts.SourceFile> {
  return ({ factory }) => (file) => factory.updateSourceFile(file, file.statements.map((statement) =>
    ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)
      && (statement.moduleReference.expression as ts.StringLiteral).text === module
      ? factory.createImportDeclaration(undefined,
        factory.createImportClause(undefined, undefined, factory.createNamespaceImport(statement.name)), factory.createStringLiteral(module))
      : statement));
}
