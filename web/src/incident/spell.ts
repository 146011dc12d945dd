/** How this screen spells moments and distances: rounded, never cut, with the digits they bear. */
import { instant, zulu } from '../lib/time';
import { distance, type Units } from '../lib/units';
import type { Interval } from './view';

/** 06:58:01Z, to the nearest second. */
export const clock = (t_ms: number): string => zulu(Math.round(t_ms / 1000) * 1000);

/** Half the width of a 90 % interval of a moment: "± 1.4 s". */
export function halfOf(q: Interval<string> | null): string {
  if (!q?.q05 || !q.q95) return '';
  const half_s = (instant(q.q95) - instant(q.q05)) / 2000;
  return `± ${half_s < 9.95 ? half_s.toFixed(1) : Math.round(half_s)} s`;
}

/** A short distance in metres whatever the units: hundredths of a mile say less. */
export function near(d_m: number | null, units: Units): string {
  if (d_m === null || !Number.isFinite(d_m)) return '–';
  const size = Math.abs(d_m);
  const text = size < 1000 ? `${Math.round(size)} m` : distance(size, units);
  return (d_m < 0 && Math.round(size) > 0 ? '−' : '') + text;
}

/** 11:58, minutes and seconds. */
export function minutes(s: number): string {
  const whole = Math.round(s);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
