/** Colors of a dark terminal by ANSI code; see `Style`. */
const COLORS: Record<string, string> = { 31: '#ff7b72', 32: '#3fb950', 33: '#d29922', 36: '#39c5cf' };
const FOREGROUND = '#e6edf3';
const DIMMED = '#7d8590';
const BACKGROUND = '#0d1117';

const FONT_SIZE = 13;
/** Of a monospaced font: a little more than most have, so that nothing is clipped. */
const CHARACTER_WIDTH = 0.61 * FONT_SIZE;
const LINE_HEIGHT = 18;
const MARGIN = 20;

/** Draws the lines of a terminal, colors included, as an SVG. */
export function drawTerminal(title: string, lines: string[], columns: number): string {
  const width = Math.ceil(2 * MARGIN + columns * CHARACTER_WIDTH);
  const height = 2 * MARGIN + lines.length * LINE_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"`,
    `  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    ...lines.map((line, index) =>
      `<text x="${MARGIN}" y="${MARGIN + index * LINE_HEIGHT + FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve">${drawLine(line)}</text>`),
    '</svg>',
    '',
  ].join('\n');
}

/** The lines of a terminal that a picture shows. */
export function textOf(svg: string): string {
  return [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)]
    .map(([, line]) => line.replace(/<[^>]+>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
    .join('\n');
}

function drawLine(line: string): string {
  // Text and codes by turns, beginning with a text.
  return line.split(/\u001B\[(\d+)m/).map((part, index, parts) => {
    const style = styleOf(parts[index - 1]);
    return index % 2 === 1 || part === '' ? '' : style === '' ? escape(part) : `<tspan ${style}>${escape(part)}</tspan>`;
  }).join('');
}

function styleOf(code: string | undefined): string {
  if (code === '1') {
    return 'font-weight="bold"';
  }
  return code === '2' ? `fill="${DIMMED}"` : COLORS[code ?? ''] ? `fill="${COLORS[code!]}"` : '';
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
