/** The time axis that all panels share, and lines drawn along it. */
import type { Numbers } from './view';

export interface Scale {
  from: number;
  to: number;
  left: number;
  width: number; // of the drawn part
}

export const x = (s: Scale, t: number): number => s.left + ((t - s.from) / (s.to - s.from)) * s.width;
export const t_at = (s: Scale, px: number): number => s.from + ((px - s.left) / s.width) * (s.to - s.from);

/** The part of ascending times that is in view, with one on either side. */
function shown(s: Scale, t_s: readonly number[]): [number, number] {
  let [low, high] = [0, t_s.length];
  while (low < t_s.length && t_s[low] < s.from) low += 1;
  while (high > 0 && t_s[high - 1] > s.to) high -= 1;
  return [Math.max(0, low - 1), Math.min(t_s.length, high + 1)];
}

/** A line through values, lifted where one is not known or a gap is wider than `gap_s`. */
export function line(s: Scale, t_s: readonly number[], values: Numbers, y: (v: number) => number, gap_s = Infinity): string {
  const [a, b] = shown(s, t_s);
  let path = '';
  let down = false;
  for (let k = a; k < b; k += 1) {
    const v = values[k];
    if (v === null || v === undefined || (k > a && t_s[k] - t_s[k - 1] > gap_s)) down = false;
    if (v === null || v === undefined) continue;
    path += `${down ? 'L' : 'M'}${x(s, t_s[k]).toFixed(1)} ${y(v).toFixed(1)}`;
    down = true;
  }
  return path;
}

/** The area between two series; both known together or not at all. */
export function band(s: Scale, t_s: readonly number[], low: Numbers, high: Numbers, y: (v: number) => number): string {
  const [a, b] = shown(s, t_s);
  let path = '';
  for (let k = a; k < b; ) {
    const begin = k;
    while (k < b && low[k] !== null && high[k] !== null) k += 1;
    if (k - begin > 1) {
      let back = '';
      for (let i = begin; i < k; i += 1) {
        path += `${i === begin ? 'M' : 'L'}${x(s, t_s[i]).toFixed(1)} ${y(high[i] as number).toFixed(1)}`;
        back = `L${x(s, t_s[i]).toFixed(1)} ${y(low[i] as number).toFixed(1)}` + back;
      }
      path += back + 'Z';
    }
    k = Math.max(k, begin + 1);
  }
  return path;
}

/** A value held until the next: what was known from one scan to the other. */
export function steps(s: Scale, t_s: readonly number[], values: Numbers, y: (v: number) => number, until: number): string {
  const [a, b] = shown(s, t_s);
  let path = '';
  for (let k = a; k < b && t_s[k] <= until; k += 1) {
    const v = values[k];
    if (v === null) continue;
    const end = Math.min(t_s[k + 1] ?? until, until);
    path += `${path ? 'L' : 'M'}${x(s, t_s[k]).toFixed(1)} ${y(v).toFixed(1)}H${x(s, Math.max(t_s[k], end)).toFixed(1)}`;
  }
  return path;
}

/** Round times along the axis, about one a hundred pixels. */
export function ticks(s: Scale, t0_ms: number): { t: number; label: string }[] {
  const nice = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const step = nice.find((each) => (each / (s.to - s.from)) * s.width >= 76) ?? 86400;
  const first = Math.ceil((s.from * 1000 + t0_ms) / (step * 1000)) * step - t0_ms / 1000;
  const out = [];
  for (let t = first; t <= s.to; t += step) {
    const text = new Date(t0_ms + t * 1000).toISOString();
    out.push({ t, label: step < 60 ? text.slice(11, 19) : text.slice(11, 16) });
  }
  return out;
}
