/** Where the demo prints to. */
export interface Terminal {
  readonly width: number;
  readonly colors: boolean;
  print(line?: string): void;
}

const ANSI = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

export type Style = keyof typeof ANSI;

const NARROWEST = 80;
const WIDEST = 120;

/** Colors on a terminal only, and not against the user's wish (https://no-color.org) or in a CI log. */
export function wantsColors(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && !environment.CI && environment.TERM !== 'dumb';
}

/** The width to print in: that of the terminal, within bounds that keep tables readable; elsewhere what fits anywhere. */
export function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  const width = stream.isTTY && stream.columns ? stream.columns : NARROWEST;
  return Math.min(WIDEST, Math.max(NARROWEST, width));
}

export function paint(text: string, style: Style | undefined, { colors }: Pick<Terminal, 'colors'>): string {
  return colors && style && text !== '' ? `\u001B[${ANSI[style]}m${text}\u001B[0m` : text;
}

/**
 * Breaks a text into lines between words.
 *
 * A word that is longer than a line, such as an ARN, breaks after punctuation; where it has none, it is longer than the line,
 * since two halves of a word are nothing that a reader could copy.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const indent = /^ */.exec(paragraph)![0];
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.trim().split(/\s+/)) {
      if (line !== '' && `${indent}${line} ${word}`.length > width) {
        lines.push(line);
        line = '';
      }
      const [first, ...rest] = piecesOf(word, width - indent.length);
      line = line === '' ? first : `${line} ${first}`;
      for (const piece of rest) {
        lines.push(line);
        line = piece;
      }
    }
    return [...lines, line].map((each) => (indent + each).trimEnd());
  });
}

/** A word in pieces that end after punctuation, each as long as fits. */
function piecesOf(word: string, width: number): string[] {
  if (word.length <= width) {
    return [word];
  }
  const pieces: string[] = [];
  for (const part of word.split(/(?<=[/:;,=&?])(?=.)/)) {
    if (pieces.length > 0 && pieces.at(-1)!.length + part.length <= width) {
      pieces.push(pieces.pop()! + part);
    } else {
      pieces.push(part);
    }
  }
  return pieces;
}

/** How wide a column has to be so that none of its words is wider. */
export function narrowestWidth(text: string): number {
  return Math.max(...wrap(text, 1).map((line) => line.length));
}

/** Prints a text, wrapped, with the same indentation before each line, or with more before all but the first. */
export function printWrapped(terminal: Terminal, text: string, indentation: string, style?: Style, further = indentation): void {
  wrap(text, terminal.width - Math.max(indentation.length, further.length))
    .forEach((line, index) => terminal.print((index === 0 ? indentation : further) + paint(line, style, terminal)));
}

/** Shortens a text to a width; an ellipsis stands for what is cut off. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Shortens a text to a width, and keeps its beginning and its end. */
export function shortenMiddle(text: string, width: number): string {
  const end = Math.floor((width - 1) / 2);
  return text.length <= width ? text : `${text.slice(0, width - 1 - end)}…${text.slice(-end)}`;
}
