/** One line of the plot: a figure at each size, in milliseconds. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly { readonly grants: number; readonly ms: number }[];
}

const SIZE = { width: 760, height: 440, left: 64, right: 190, top: 28, bottom: 44 };
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#0a7ea4', '#bf3989', '#57606a', '#e16f24'];
/** From a hundredth of a millisecond to ten seconds. */
const DECADES = { least: -2, most: 4 };

/** Durations against the number of grants as SVG, both by powers of ten: what does not grow is level. */
export function growthPlot(title: string, lines: readonly PlotLine[]): string {
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(({ grants }) => grants)))].sort((a, b) => a - b);
  const [first = 1, last = 10] = [sizes[0], sizes.at(-1)];
  const across = SIZE.width - SIZE.left - SIZE.right;
  const down = SIZE.height - SIZE.top - SIZE.bottom;
  const x = (grants: number) =>
    SIZE.left + (across * Math.log10(grants / first)) / Math.max(1, Math.log10(last / first));
  const y = (ms: number) => {
    const power = Math.min(DECADES.most, Math.max(DECADES.least, Math.log10(ms)));
    return SIZE.top + (down * (DECADES.most - power)) / (DECADES.most - DECADES.least);
  };
  const powers = Array.from({ length: DECADES.most - DECADES.least + 1 }, (_, index) => DECADES.least + index);
  const grid = powers.map((power) => {
    const at = y(10 ** power).toFixed(1);
    return `<line x1="${SIZE.left}" x2="${SIZE.left + across}" y1="${at}" y2="${at}" stroke="#d0d7de"/>
<text x="${SIZE.left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${10 ** power} ms</text>`;
  });
  const feet = sizes.map(
    (grants) =>
      `<text x="${x(grants).toFixed(1)}" y="${SIZE.height - 20}" text-anchor="middle">${grants.toLocaleString('en')} grants</text>`,
  );
  const drawn = lines.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points.map(({ grants, ms }) => `${x(grants).toFixed(1)},${y(ms).toFixed(1)}`).join(' ');
    const dots = path.split(' ').map((point) => {
      const [cx, cy] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
    });
    const row = SIZE.top + 8 + index * 19;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}
<line x1="${SIZE.left + across + 16}" x2="${SIZE.left + across + 32}" y1="${row}" y2="${row}" stroke="${colour}" stroke-width="3"/>
<text x="${SIZE.left + across + 38}" y="${row}" dominant-baseline="middle">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12" fill="#57606a">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${SIZE.left}" y="16" font-weight="bold">${title}</text>
${[...grid, ...feet, ...drawn].join('\n')}
</svg>
`;
}
