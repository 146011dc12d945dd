import { describe, expect, it } from 'vitest';
import { digits, position } from '../src/lib/coords';
import { linear, ticks } from '../src/lib/scale';
import { clock, dtg, instant, span, zulu } from '../src/lib/time';
import { bearing, climb, distance, grouped, height, likelihood, percent, speed } from '../src/lib/units';

describe('units', () => {
  it('tells a pressure altitude as a flight level and all others with their datum', () => {
    expect(height(9753.6, 'pressure', 'aviation')).toBe('FL 320');
    expect(height(1524, 'msl', 'aviation')).toBe('5 000 ft MSL');
    expect(height(9753.6, 'pressure', 'si')).toBe('9 750 m std');
    expect(height(-60, 'pressure', 'aviation')).toBe('FL −002');
    expect(height(null, null, 'aviation')).toBe('–');
  });
  it('tells distances and speeds', () => {
    expect(distance(1852, 'aviation')).toBe('1.00 NM');
    expect(distance(185_200, 'aviation')).toBe('100 NM');
    expect(distance(420, 'si')).toBe('420 m');
    expect(distance(1500, 'si')).toBe('1.5 km');
    expect(speed(1852 / 3.6, 'aviation')).toBe('1 000 kt');
    expect(climb(-5.08, 'aviation')).toBe('−1 000 ft/min');
    expect(bearing(359.7)).toBe('000°');
    expect(grouped(-1234567)).toBe('−1 234 567');
    expect(grouped(-0.2)).toBe('0');
  });
  it('never says 0 or 100 %', () => {
    expect(percent(1)).toBe('>99 %');
    expect(percent(0)).toBe('<1 %');
    expect(percent(0.5)).toBe('50 %');
    expect(percent(null)).toBe('–');
  });
  it('has the words of ICD 203 at their limits', () => {
    expect([0.97, 0.8, 0.55, 0.5, 0.2, 0.05, 0.01].map(likelihood)).toEqual([
      'almost certain', 'very likely', 'likely', 'roughly even chance', 'unlikely', 'very unlikely', 'almost no chance',
    ]);
    expect(likelihood(null)).toBe('not known');
  });
});

describe('coordinates', () => {
  it('cuts the digits that the error leaves without meaning', () => {
    expect(digits(1855, null, 3)).toBe(3);
    expect(digits(1855, 150, 3)).toBe(2);
    expect(digits(1855, 5000, 3)).toBe(0);
  });
  it('writes degrees and minutes', () => {
    expect(position(59.8169, 26.3611, 'dms')).toBe('59°49.014′N 026°21.666′E');
    expect(position(59.8169, 26.3611, 'dms', 150)).toBe('59°49.01′N 026°21.67′E');
    expect(position(-0.5, -179.25, 'dms', 2000)).toBe('00°30′S 179°15′W');
    expect(position(59.99999, 26, 'dms', 150)).toBe('60°00.00′N 026°00.00′E');
    expect(position(NaN, 1, 'dms')).toBe('–');
  });
  it('writes decimal degrees and MGRS', () => {
    expect(position(59.8169, 26.3611, 'dd', 150)).toBe('59.817° 26.361°');
    // The Washington Monument, as the manual of the grid has it: 18S UJ 23394 07395.
    expect(position(38.8895, -77.0352, 'mgrs').slice(0, 5)).toBe('18SUJ');
    expect(position(59.8169, 26.3611, 'mgrs', 150)).toBe('35VMG 641 311');
    expect(position(86, 10, 'mgrs')).toContain('N');
  });
});

describe('times', () => {
  const t = Date.UTC(2025, 8, 19, 6, 58, 0, 250);
  it('is Zulu first', () => {
    expect(zulu(t)).toBe('06:58:00Z');
    expect(zulu(t, 1)).toBe('06:58:00.2Z');
    expect(dtg(t)).toBe('190658ZSEP25');
    expect(zulu(NaN)).toBe('--:--:--Z');
    expect(instant('2025-09-19T06:58:00.250000Z')).toBe(t);
    expect(instant(null)).toBeNaN();
  });
  it('tells spans in two units', () => {
    expect([4, 59.6, 250, 7500, 270_000, -30].map(span)).toEqual(['4 s', '1 min 00 s', '4 min 10 s', '2 h 05 min', '3 d 3 h', '−30 s']);
    expect(clock(250)).toBe('4:10');
    expect(span(null)).toBe('–');
  });
});

describe('scales', () => {
  it('goes there and back', () => {
    const scale = linear([0, 4], [40, 360]);
    expect(scale(2)).toBe(200);
    expect(scale.invert(scale(3.25))).toBeCloseTo(3.25);
  });
  it('has round ticks', () => {
    expect(ticks([0, 4], 5)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks([0, 18.9], 4)).toEqual([0, 5, 10, 15]);
  });
});
