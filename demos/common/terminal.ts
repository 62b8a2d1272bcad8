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
const DEFAULT_WIDTH = 100;

/** Colours on a terminal only, and not against the user's wish (https://no-color.org) or in a CI log. */
export function wantsColors(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && !environment.CI && environment.TERM !== 'dumb';
}

/** The width to print in: that of the terminal, within bounds that keep tables readable. */
export function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  const width = stream.isTTY && stream.columns ? stream.columns : DEFAULT_WIDTH;
  return Math.min(WIDEST, Math.max(NARROWEST, width));
}

export function paint(text: string, style: Style | undefined, { colors }: Pick<Terminal, 'colors'>): string {
  return colors && style && text !== '' ? `\u001B[${ANSI[style]}m${text}\u001B[0m` : text;
}

/** Breaks a text into lines between words; a word that is longer than a line breaks where the line ends. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const indent = /^ */.exec(paragraph)![0];
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.trim().split(/\s+/)) {
      let rest = word;
      if (line !== '' && `${indent}${line} ${rest}`.length > width) {
        lines.push(line);
        line = '';
      }
      while (indent.length + rest.length > width) {
        lines.push(rest.slice(0, width - indent.length));
        rest = rest.slice(width - indent.length);
      }
      line = line === '' ? rest : `${line} ${rest}`;
    }
    return [...lines, line].map((each) => (indent + each).trimEnd());
  });
}

/** Prints a text, wrapped, with the same indentation before each line. */
export function printWrapped(terminal: Terminal, text: string, indentation: string, style?: Style): void {
  wrap(text, terminal.width - indentation.length).forEach((line) => terminal.print(indentation + paint(line, style, terminal)));
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
