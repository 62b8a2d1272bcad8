/**
 * Compares the generated C# code with the library's assembly. It is generated but not compiled, which would need the .NET SDK.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Member {
  readonly name: string;
  readonly static?: boolean;
}

interface Type {
  readonly kind: 'class' | 'interface' | 'enum';
  readonly name: string;
  readonly datatype?: boolean;
  readonly properties?: Member[];
  readonly methods?: Member[];
  readonly members?: Member[];
}

/** What is of interest here in a `.jsii` file. */
export interface Assembly {
  readonly types: Record<string, Type>;
}

const NAMESPACE = 'CdkSupportChannels';

/** What is missing in the generated code, and the C# names that differ from those of TypeScript. */
export function checkDotNet(assembly: Assembly, folder: string): { problems: string[]; renamed: string[] } {
  const checks = Object.values(assembly.types).map((type) => checkType(type, join(folder, NAMESPACE, NAMESPACE)));
  return { problems: checks.flatMap(({ problems }) => problems), renamed: checks.flatMap(({ renamed }) => renamed) };
}

function checkType(type: Type, folder: string): { problems: string[]; renamed: string[] } {
  const members = [...(type.properties ?? []), ...(type.methods ?? [])];
  // A member of C# cannot have the name of its class.
  const clashes = type.kind === 'class' && members.some(({ name }) => pascalCase(name) === type.name);
  const name = clashes ? `${type.name}_` : type.name;
  // A struct is an interface, and a class to fill in.
  const declarations = type.datatype
    ? [{ keyword: 'interface', name: `I${name}` }, { keyword: 'class', name }]
    : [{ keyword: type.kind, name }];
  return {
    problems: declarations.flatMap((declaration) => checkDeclaration(declaration, type, members, join(folder, `${declaration.name}.cs`))),
    renamed: clashes ? [`${NAMESPACE}.${name}`] : [],
  };
}

function checkDeclaration({ keyword, name }: { keyword: string; name: string }, type: Type, members: Member[], file: string): string[] {
  if (!existsSync(file)) {
    return [`${name}: ${file} is missing`];
  }
  const code = readFileSync(file, 'utf8');
  const expected = [
    { what: 'namespace', pattern: new RegExp(`^namespace ${NAMESPACE}$`, 'mu') },
    { what: keyword, pattern: new RegExp(`^ *public ${keyword} ${name}\\b`, 'mu') },
    ...members.map((member) => ({
      what: member.name,
      pattern: new RegExp(`^ *(public |static |virtual |override |abstract )*[\\w.?<>\\[\\], ]+ ${pascalCase(member.name)}(\\(|$)`, 'mu'),
    })),
    ...(type.members ?? []).map((member) => ({ what: member.name, pattern: new RegExp(`^ *${member.name},?$`, 'mu') })),
  ];
  return expected.filter(({ pattern }) => !pattern.test(code)).map(({ what }) => `${name}: no ${what} in ${file}`);
}

function pascalCase(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}
