/** One line of a panel: its points in the units of the axes. */
export interface Series {
  readonly name: string;
  readonly points: [number, number][];
}

export interface Panel {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: Series[];
}

const WIDTH = 320;
const HEIGHT = 260;
/** On the right there is room for half of the label of the last tick. */
const MARGIN = { left: 52, right: 26, top: 30, bottom: 44 };
const LEGEND_HEIGHT = 46;
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c564b', '#7f7f7f'];

/** Panels side by side, with one legend: linear axes from zero, so that linear growth is a straight line. */
export function plot(panels: Panel[]): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const colorOf = (name: string) => COLORS[names.indexOf(name) % COLORS.length];
  const width = WIDTH * panels.length;
  const perRow = Math.ceil(names.length / 2);
  const legend = names.map((name, index) => {
    const x = MARGIN.left + (index % perRow) * (width - MARGIN.left) / perRow;
    const y = 16 + Math.floor(index / perRow) * 18;
    return `<line x1="${round(x)}" y1="${y}" x2="${round(x + 22)}" y2="${y}" stroke="${colorOf(name)}" stroke-width="2.5"/>`
      + text(x + 28, y + 4, name);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + LEGEND_HEIGHT}" font-family="sans-serif" font-size="11" role="img">`,
    '<title>Growth of synthesis time with the number of channels and stacks</title>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...legend,
    ...panels.map((panel, index) => `<g transform="translate(${index * WIDTH} ${LEGEND_HEIGHT})">${drawPanel(panel, colorOf)}</g>`),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, xLabel, yLabel, series }: Panel, colorOf: (name: string) => string): string {
  const points = series.flatMap((each) => each.points);
  const [xTicks, yTicks] = [0, 1].map((axis) => ticks(Math.max(...points.map((point) => point[axis]))));
  const x = (value: number) => MARGIN.left + value / xTicks[xTicks.length - 1] * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number) => HEIGHT - MARGIN.bottom - value / yTicks[yTicks.length - 1] * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const middle = (WIDTH + MARGIN.left - MARGIN.right) / 2;
  return [
    text(middle, 16, title, 'text-anchor="middle" font-weight="bold"'),
    ...yTicks.map((value) => `<line x1="${MARGIN.left}" y1="${round(y(value))}" x2="${WIDTH - MARGIN.right}" y2="${round(y(value))}" stroke="#dddddd"/>`
      + text(MARGIN.left - 6, y(value) + 4, value.toLocaleString('en'), 'text-anchor="end"')),
    ...xTicks.map((value) => text(x(value), HEIGHT - MARGIN.bottom + 15, value.toLocaleString('en'), 'text-anchor="middle"')),
    text(middle, HEIGHT - 12, xLabel, 'text-anchor="middle"'),
    text(0, 0, yLabel, `text-anchor="middle" transform="translate(13 ${(HEIGHT - MARGIN.bottom + MARGIN.top) / 2}) rotate(-90)"`),
    ...series.map(({ name, points: line }) => {
      const places = line.map(([across, up]) => `${round(x(across))},${round(y(up))}`);
      return `<polyline points="${places.join(' ')}" fill="none" stroke="${colorOf(name)}" stroke-width="2.5"/>`
        + line.map(([across, up]) => `<circle cx="${round(x(across))}" cy="${round(y(up))}" r="3" fill="${colorOf(name)}"/>`).join('');
    }),
  ].join('');
}

/** Four or five round numbers from zero to beyond the greatest value. */
export function ticks(greatest: number): number[] {
  const raw = greatest / 4;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= raw)!;
  return Array.from({ length: Math.ceil(greatest / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="#222222" ${attributes}>${content.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
