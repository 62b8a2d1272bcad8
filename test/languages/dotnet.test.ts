import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDotNet } from './dotnet';

const ASSEMBLY = {
  types: {
    Alias: { kind: 'class' as const, name: 'Alias', properties: [{ name: 'alias' }], methods: [{ name: 'fromAlias', static: true }] },
    Props: { kind: 'interface' as const, name: 'Props', datatype: true, properties: [{ name: 'size' }] },
    Mode: { kind: 'enum' as const, name: 'Mode', members: [{ name: 'OPEN' }, { name: 'CLOSED' }] },
  },
};
const CODE: Record<string, string> = {
  'Alias_.cs': 'namespace CdkSupportChannels\n{\n    public class Alias_ : Resource\n    {\n        public static IAlias FromAlias(string id)\n        public virtual string Alias\n',
  'IProps.cs': 'namespace CdkSupportChannels\n{\n    public interface IProps\n    {\n        double? Size\n',
  'Props.cs': 'namespace CdkSupportChannels\n{\n    public class Props : IProps\n    {\n        public double? Size\n',
  'Mode.cs': 'namespace CdkSupportChannels\n{\n    public enum Mode\n    {\n        OPEN,\n        CLOSED\n',
};

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'dotnet-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function check(code: Record<string, string>): ReturnType<typeof checkDotNet> {
  const namespace = join(folder, 'CdkSupportChannels', 'CdkSupportChannels');
  mkdirSync(namespace, { recursive: true });
  Object.entries(code).forEach(([name, text]) => writeFileSync(join(namespace, name), text));
  return checkDotNet(ASSEMBLY, folder);
}

test('accepts complete code, and names the class whose name a member has', () => {
  expect(check(CODE)).toEqual({ problems: [], renamed: ['CdkSupportChannels.Alias_'] });
});

test.each([
  ['a file', 'Props.cs', undefined, 'Props: '],
  ['a property', 'Alias_.cs', 'public virtual string Alias\n', 'Alias_: no alias in'],
  ['a method', 'Alias_.cs', 'FromAlias', 'Alias_: no fromAlias in'],
  ['a property of a struct', 'IProps.cs', 'Size', 'IProps: no size in'],
  ['a value of an enumeration', 'Mode.cs', 'CLOSED', 'Mode: no CLOSED in'],
  ['the namespace', 'Mode.cs', 'namespace CdkSupportChannels', 'Mode: no namespace in'],
  ['the class', 'Alias_.cs', 'class Alias_', 'Alias_: no class in'],
])('fails without %s', (_what, file, part, problem) => {
  const { [file]: text, ...others } = CODE;
  expect(check(part ? { ...others, [file]: text.replace(part, '') } : others).problems).toEqual([expect.stringContaining(problem)]);
});
