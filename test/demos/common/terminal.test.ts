import { paint, printWrapped, shorten, shortenMiddle, wantsColors, widthOf, wrap } from '../../../demos/common/terminal';

describe('colors', () => {
  test('are for terminals', () => {
    expect(wantsColors({ isTTY: true }, {})).toBe(true);
    expect(wantsColors({ isTTY: false }, {})).toBe(false);
    expect(wantsColors({}, {})).toBe(false);
  });

  test.each([{ NO_COLOR: '1' }, { CI: 'true' }, { TERM: 'dumb' }])('are off with %j', (environment) => {
    expect(wantsColors({ isTTY: true }, environment)).toBe(false);
  });

  test('an empty NO_COLOR does not count, as its convention says', () => {
    expect(wantsColors({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
  });

  test('are escape sequences around the text', () => {
    expect(paint('text', 'red', { colors: true })).toBe('\u001B[31mtext\u001B[0m');
    expect(paint('text', 'red', { colors: false })).toBe('text');
    expect(paint('text', undefined, { colors: true })).toBe('text');
    expect(paint('', 'red', { colors: true })).toBe('');
  });
});

test.each([
  [{ isTTY: true, columns: 110 }, 110],
  [{ isTTY: true, columns: 300 }, 120],
  [{ isTTY: true, columns: 20 }, 80],
  [{ isTTY: false, columns: 300 }, 80],
  [{}, 80],
])('the width for %j is %i', (stream, width) => {
  expect(widthOf(stream)).toBe(width);
});

describe('wrap', () => {
  test('breaks between words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  });

  test('lets a line be exactly as long as the width', () => {
    expect(wrap('1234567 1', 7)).toEqual(['1234567', '1']);
  });

  test('breaks a word that is longer than a line after punctuation', () => {
    expect(wrap('an arn:aws:iam::111122223333 is', 14)).toEqual(['an', 'arn:aws:iam::', '111122223333', 'is']);
    expect(wrap('see https://aws.amazon.com/support now', 16)).toEqual(['see', 'https://', 'aws.amazon.com/', 'support now']);
  });

  test('leaves a word whole that has no place to break', () => {
    expect(wrap('the word extraordinarily long', 10)).toEqual(['the word', 'extraordinarily', 'long']);
  });

  test('keeps lines and their indentation', () => {
    expect(wrap('title:\n  - one two three', 9)).toEqual(['title:', '  - one', '  two', '  three']);
  });

  test('of nothing is one empty line', () => {
    expect(wrap('', 10)).toEqual(['']);
  });

  test('loses no character of a long text', () => {
    const text = 'Received response status [FAILED] from custom resource. '.repeat(20).trim();
    const lines = wrap(text, 33);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(33);
    expect(lines.join(' ')).toBe(text);
  });
});

test('printed text is wrapped inside of its indentation, and each line has its color', () => {
  const lines: string[] = [];
  printWrapped({ width: 10, colors: true, print: (line = '') => lines.push(line) }, 'one two three', '   ', 'dim');
  expect(lines).toEqual(['one two', 'three'].map((line) => `   \u001B[2m${line}\u001B[0m`));
});

test('further lines can be indented more', () => {
  const lines: string[] = [];
  printWrapped({ width: 10, colors: false, print: (line = '') => lines.push(line) }, 'one two three', '  ', undefined, '    ');
  expect(lines).toEqual(['  one', '    two', '    three']);
});

describe('a shortened text', () => {
  test('is untouched when it fits', () => {
    expect(shorten('12345', 5)).toBe('12345');
    expect(shortenMiddle('12345', 5)).toBe('12345');
  });

  test('has an ellipsis and exactly the width', () => {
    expect(shorten('123456', 5)).toBe('1234…');
    expect(shortenMiddle('1234567', 5)).toBe('12…67');
    expect(shortenMiddle('1234567', 6)).toBe('123…67');
  });
});
