/** Coordinates as text, with the digits that the position's error leaves of them. */
import { forward } from 'mgrs';

export type Form = 'dms' | 'dd' | 'mgrs';

const DEGREE_M = 111_320;

/** How many digits after the point still say something, for a step of `unit_m` and an error. */
export function digits(unit_m: number, sigma_m: number | null, most: number): number {
  if (sigma_m === null || !(sigma_m > 0)) return most;
  return Math.max(0, Math.min(most, Math.ceil(Math.log10(unit_m / sigma_m))));
}

/** A position, as 59°49.01′N 026°21.67′E, 59.8169° 26.3611°, or 35VMF 64164 31517. */
export function position(lat_deg: number, lon_deg: number, form: Form, sigma_m: number | null = null): string {
  if (!Number.isFinite(lat_deg) || !Number.isFinite(lon_deg)) return '–';
  const turned = ((((lon_deg + 180) % 360) + 360) % 360) - 180;
  if (form === 'mgrs') return mgrs(lat_deg, turned, sigma_m);
  if (form === 'dd') {
    const places = Math.max(1, digits(DEGREE_M, sigma_m, 5));
    return `${signed(lat_deg, places)}° ${signed(turned, places)}°`;
  }
  const places = digits(DEGREE_M / 60, sigma_m, 3);
  return `${minutes(lat_deg, 2, 'N', 'S', places)} ${minutes(turned, 3, 'E', 'W', places)}`;
}

function signed(value: number, places: number): string {
  const text = Math.abs(value).toFixed(places);
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text;
}

/** Degrees and decimal minutes; 59.9999° is never 59°60.00′. */
function minutes(value: number, width: number, plus: string, minus: string, places: number): string {
  const scale = 10 ** places;
  const steps = Math.round(Math.abs(value) * 60 * scale);
  const whole = Math.floor(steps / (60 * scale));
  const rest = ((steps - whole * 60 * scale) / scale).toFixed(places);
  const padded = rest.padStart(places === 0 ? 2 : 3 + places, '0');
  return `${String(whole).padStart(width, '0')}°${padded}′${value < 0 ? minus : plus}`;
}

function mgrs(lat_deg: number, lon_deg: number, sigma_m: number | null): string {
  if (lat_deg > 84 || lat_deg < -80) return position(lat_deg, lon_deg, 'dms', sigma_m);
  // Each digit more is ten times finer: 5 digits are 1 m, 1 digit is 10 km.
  const accuracy = Math.max(1, digits(100_000, sigma_m, 5));
  const text = forward([lon_deg, lat_deg], accuracy as 1 | 2 | 3 | 4 | 5);
  const cut = text.length - 2 * accuracy;
  return `${text.slice(0, cut)} ${text.slice(cut, cut + accuracy)} ${text.slice(cut + accuracy)}`;
}
