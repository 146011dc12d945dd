/** Numbers in the units of the trade (FL, ft, NM, kt) or in SI, as text. Unknown is a dash. */

export type Units = 'aviation' | 'si';
export type Datum = 'pressure' | 'msl' | 'hae' | 'agl' | null;

export const FT_M = 0.3048;
export const NM_M = 1852;
export const KT_MPS = NM_M / 3600;
export const UNKNOWN = '–';

const DATUM: Record<string, string> = { pressure: 'std', msl: 'MSL', hae: 'HAE', agl: 'AGL' };

/** A whole number with thin spaces between thousands. */
export function grouped(value: number, digits = 0): string {
  const fixed = Math.abs(value).toFixed(digits);
  const [whole, part] = fixed.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
  const sign = value < 0 && Number(fixed) !== 0 ? '−' : '';
  return sign + spaced + (part === undefined ? '' : '.' + part);
}

/** A height with its datum: a pressure altitude is a flight level, all others are feet or metres. */
export function height(h_m: number | null, datum: Datum, units: Units): string {
  if (h_m === null || !Number.isFinite(h_m)) return UNKNOWN;
  const named = datum === null ? '' : ' ' + DATUM[datum];
  if (units === 'si') return `${grouped(Math.round(h_m / 10) * 10)} m${named}`;
  if (datum === 'pressure') {
    const level = Math.round(h_m / FT_M / 100);
    return level < 0 ? `FL −${String(-level).padStart(3, '0')}` : `FL ${String(level).padStart(3, '0')}`;
  }
  return `${grouped(Math.round(h_m / FT_M / 100) * 100)} ft${named}`;
}

/** A distance: NM or km, with more digits where it is small. */
export function distance(d_m: number | null, units: Units): string {
  if (d_m === null || !Number.isFinite(d_m)) return UNKNOWN;
  if (units === 'si') {
    return Math.abs(d_m) < 1000 ? `${grouped(d_m)} m` : `${grouped(d_m / 1000, Math.abs(d_m) < 1e5 ? 1 : 0)} km`;
  }
  const d_nm = d_m / NM_M;
  return `${grouped(d_nm, Math.abs(d_nm) < 10 ? 2 : Math.abs(d_nm) < 100 ? 1 : 0)} NM`;
}

export function speed(v_mps: number | null, units: Units): string {
  if (v_mps === null || !Number.isFinite(v_mps)) return UNKNOWN;
  return units === 'si' ? `${grouped(v_mps * 3.6)} km/h` : `${grouped(v_mps / KT_MPS)} kt`;
}

/** A rate of climb: ft/min or m/s. */
export function climb(v_mps: number | null, units: Units): string {
  if (v_mps === null || !Number.isFinite(v_mps)) return UNKNOWN;
  const sign = v_mps > 0 ? '+' : '';
  return units === 'si'
    ? `${sign}${grouped(v_mps, 1)} m/s`
    : `${sign}${grouped(Math.round((v_mps / FT_M) * 0.6) * 100)} ft/min`;
}

export function bearing(degrees: number | null): string {
  if (degrees === null || !Number.isFinite(degrees)) return UNKNOWN;
  return `${String(Math.round(((degrees % 360) + 360) % 360) % 360).padStart(3, '0')}°`;
}

/** A probability as a person may read it: never 0 or 100 %. */
export function percent(p: number | null): string {
  if (p === null || !Number.isFinite(p)) return UNKNOWN;
  if (p > 0.99) return '>99 %';
  if (p < 0.01) return '<1 %';
  return `${Math.round(p * 100)} %`;
}

/** The word of ICD 203 for a probability. */
export function likelihood(p: number | null): string {
  if (p === null || !Number.isFinite(p)) return 'not known';
  if (p >= 0.95) return 'almost certain';
  if (p >= 0.8) return 'very likely';
  if (p >= 0.55) return 'likely';
  if (p >= 0.45) return 'roughly even chance';
  if (p >= 0.2) return 'unlikely';
  if (p >= 0.05) return 'very unlikely';
  return 'almost no chance';
}

/** A bias in sigmas: found to a per cent, so no tenths beyond twenty. */
export function sigmas(value: number): string {
  return `${value.toFixed(value < 20 ? 1 : 0)} σ`;
}
