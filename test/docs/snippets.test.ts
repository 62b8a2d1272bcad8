import { blocksOf } from './markdown';
import { mistakesIn } from './snippets';

test('blocks of code have the line where they begin, and the file that a comment names', () => {
  expect(blocksOf('# Title\n\n```ts nofixture\none\ntwo\n```\n\n<!-- file.js -->\n```js\nthree\n```\n')).toEqual([
    { info: 'ts nofixture', code: 'one\ntwo\n', line: 4, file: undefined },
    { info: 'js', code: 'three\n', line: 10, file: 'file.js' },
  ]);
});

test('a mistake in a snippet has its page, its line and what the compiler says', () => {
  const text = [
    '```ts', 'declare const given: string;', 'const length: number = given;', '```',
    '```ts nofixture', '', 'const text: string = 1;', '```',
    '<!-- file.ts -->', '```ts', 'const broken = ;', '```',
    '```js', 'const ignored = ;', '```',
    '```ts', 'const unused = 1;', '```',
  ].join('\n');
  expect(mistakesIn([{ name: 'page.md', text }], 'function frame() {\n  /// here\n}\nexport {};\n')).toEqual([
    'page.md:3: Type \'string\' is not assignable to type \'number\'.',
    'page.md:7: Type \'number\' is not assignable to type \'string\'.',
    'page.md:11: Expression expected.',
  ]);
});
