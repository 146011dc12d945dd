/** Scales and ticks of the charts that this page draws itself. */

export interface Scale { (value: number): number; invert(pixel: number): number; domain: [number, number] }

/** A straight scale from values to pixels. */
export function linear(domain: [number, number], range: [number, number]): Scale {
  const slope = (range[1] - range[0]) / (domain[1] - domain[0] || 1);
  const scale = ((value: number) => range[0] + (value - domain[0]) * slope) as Scale;
  scale.invert = (pixel) => domain[0] + (pixel - range[0]) / (slope || 1);
  scale.domain = domain;
  return scale;
}

/** Round values inside a domain, about `count` of them. */
export function ticks([from, to]: [number, number], count = 5): number[] {
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough * 0.999) ?? power;
  const out: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}

/** The `d` of a line through points. */
export function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}
