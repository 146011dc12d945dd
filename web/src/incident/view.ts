/** The object of the incident screen as the server gives it (docs/reference/incident-view.md). */

export type Numbers = (number | null)[];

export interface Quantiles {
  q05?: Numbers;
  q50: Numbers;
  q95?: Numbers;
}

export interface Plots {
  sensor: string;
  t_s: number[];
  range_m: number[];
  azimuth_deg: number[];
  lon_deg: Numbers;
  lat_deg: Numbers;
  secondary: number[];
  residual_range_m: Numbers;
  residual_azimuth_deg: Numbers;
  residual_across_m: Numbers;
  range_sigmas: Numbers;
  azimuth_sigmas: Numbers;
  track_number: Numbers;
  number_changes: { t_s: number; from: number | null; to: number | null }[];
  arrival: 'reception' | 'detection';
  arrival_s?: number[];
}

export interface Known {
  t_s: number[];
  lon_deg: number[];
  lat_deg: number[];
  major_m: number[];
  minor_m: number[];
  bearing_deg: number[];
  course_deg: number[];
  speed_mps: number[];
  h_hae_m: number[];
}

export interface Track {
  id: string;
  kind: 'radar' | 'own';
  label: string;
  witnesses: string[];
  samples: number | null;
  aircraft_count: number | null;
  aircraft_count_source: string;
  t_s: number[];
  lon_deg: number[];
  lat_deg: number[];
  course_deg: number[];
  speed_mps: number[];
  observed: [number, number][];
  regions: [number, number, string][];
  height: {
    datum: 'hae' | 'msl' | 'pressure' | null;
    reported: boolean;
    q05_m?: Numbers;
    q25_m?: Numbers;
    q50_m: Numbers;
    q75_m?: Numbers;
    q95_m?: Numbers;
  };
  ellipse?: { major_m: Numbers; minor_m: Numbers; bearing_deg: Numbers };
  corridor?: Record<'50' | '95', { left_m: Numbers; right_m: Numbers }>;
  known?: Known;
  plots?: Plots[];
  coverage?: { sensor: string; stretches: [number, number, string][] }[];
  refused?: { t_s: number[]; lon_deg: Numbers; lat_deg: Numbers };
}

export interface Answer {
  track: string;
  volume: string;
  hypothesis: string;
  p: Numbers;
  depth_m: Quantiles;
  known_p?: Numbers;
  p_ever?: number;
}

export interface Interval<T> {
  q05: T | null;
  q50: T | null;
  q95: T | null;
}

export interface Incursion {
  id: string;
  track: string;
  volume: string;
  layer: string;
  hypothesis: string;
  p_inside: number | null;
  authorised: string;
  authorised_by?: string;
  entry_utc: Interval<string> | null;
  exit_utc: Interval<string> | null;
  duration_s: Interval<number>;
  max_depth_m: Interval<number>;
  depth_edge?: string;
  path_inside_m: Interval<number>;
  aircraft_count: number | null;
  open: string;
  coverage: number;
  dominant_uncertainty: string;
  from_utc: string;
  to_utc: string;
  from_s: number;
  to_s: number;
}

export interface Limit {
  h_m: number | null;
  datum: 'hae' | 'msl' | 'pressure' | 'agl' | null;
  text: string;
}

export interface Boundary {
  volume: string;
  hypothesis: string;
  title: string;
  layer: string;
  sigma_m: number;
  lower: Limit;
  upper: Limit;
  path: string;
  sha256: string;
  attribution: string;
  area: GeoJSON.MultiPolygon | null;
  line: GeoJSON.MultiLineString | null;
}

export interface Out {
  from_utc: string;
  by_utc: string;
}

export interface Claim {
  id: string;
  by: string;
  test: string;
  says: string;
  grade: string;
  verdict: string;
  verdicts: Record<string, string>;
  p: Record<string, number | null>;
  p_text: Record<string, string>;
  bias_needed_sigma: number | null;
  bias_needed_beyond: boolean;
  bias_needed: string;
  why: string;
  changes_if: string;
  reading: string;
  mapping: string;
  source: { title: string; url: string; date: string };
  out: Out | null;
}

export interface Statement {
  about: string;
  step: string;
  by: string;
  text: string;
  grade: string;
  title: string;
  url: string;
  date: string;
  path: string;
  place: string;
  out: Out | null;
}

export interface OtherSide {
  claim: string;
  by: string;
  track: string;
  sigma: number;
  parts: Record<string, number>;
  outside: boolean;
  t_s: number[];
  lon_deg: number[];
  lat_deg: number[];
  course_deg: number[];
  left_m: number[];
  right_m: number[];
  answers: { volume: string; hypothesis: string; p: Numbers; depth_m: Numbers }[];
}

export interface Sensor {
  id: string;
  witness: string;
  kind: string;
  lon_deg: number;
  lat_deg: number;
  h_hae_m: number;
  range_sigma_m: number;
  azimuth_sigma_deg: number;
  rotation_s: number;
  max_range_m: number;
}

export interface Density {
  from_s: number;
  step_s: number;
  share: number[];
}

export interface Step {
  step: string;
  from_utc: string | null;
  to_utc: string | null;
  by: string[];
  who: string[];
  after_entry_s: [number | null, number | null];
}

export interface Told {
  answer: unknown;
  why?: string;
  by?: string[];
  weight?: string;
  weight_why?: string;
  steps?: Step[];
}

export interface View {
  view: number;
  case: {
    id: string;
    title: string;
    synthetic: boolean;
    tlp: string;
    as_of_utc: string | null;
    window_utc: [string, string] | null;
    version: string;
    settings_sha256: string;
    redacted: { tlp: string; withheld: string[] } | null;
  };
  headline: string;
  said: { kind: string; head: string; more: string[]; id: string }[];
  t0_utc: string;
  window_s: [number, number];
  tracks: Track[];
  answers: Answer[];
  incursions: Incursion[];
  densities: Record<string, { entry?: Density; exit?: Density }>;
  other_side: OtherSide[];
  sensors: Sensor[];
  boundaries: Boundary[];
  regions: { fir: string; served_by: string; line: GeoJSON.LineString }[];
  places: { id: string; title: string; lon_deg: number; lat_deg: number; sigma_m: number }[];
  claims: Claim[];
  compatibility: { a: string; b: string; compatible: boolean | null; why: string }[];
  context: Record<string, Told> | null;
  statements: Statement[];
  sensitivity: { incursion: string; says: string[] }[];
  integrity: { track: string; from_utc: string; to_utc: string; reason: string; detail: string }[];
  inputs: { path: string; sha256: string; format: string; records: number; decoded: number; quarantined: number; notes: string[] }[];
  airspace: { path: string; sha256: string; volume: string; hypothesis: string; sigma_m: number; attribution?: string }[];
  limits: string[];
  left_out: { tracks: number };
}

/** Where a time lies among ascending times: between k and k + 1, a share f of the way. */
export interface Place {
  k: number;
  f: number;
}

/** Null before the first and after the last. */
export function place(t_s: readonly number[], t: number): Place | null {
  const last = t_s.length - 1;
  if (last < 0 || !(t >= t_s[0]) || t > t_s[last]) return null;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (t_s[middle] <= t) low = middle;
    else high = middle;
  }
  const step = t_s[high] - t_s[low];
  return { k: low, f: step > 0 ? (t - t_s[low]) / step : 0 };
}

/** A value between two, null where either is not known. */
export function value(values: Numbers | undefined, at: Place | null): number | null {
  if (!values || !at) return null;
  const a = values[at.k];
  const b = values[Math.min(at.k + 1, values.length - 1)];
  return a === null || b === null || a === undefined || b === undefined ? null : a + (b - a) * at.f;
}

/** A bearing between two, the short way round. */
export function bearingAt(values: Numbers | undefined, at: Place | null): number | null {
  if (!values || !at) return null;
  const a = values[at.k];
  const b = values[Math.min(at.k + 1, values.length - 1)];
  if (a === null || b === null || a === undefined || b === undefined) return null;
  return (a + ((((b - a + 540) % 360) + 360) % 360 - 180) * at.f + 360) % 360;
}

/** The last index whose time is not after t; -1 where there is none. */
export function lastBefore(t_s: readonly number[], t: number): number {
  let [low, high] = [0, t_s.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t_s[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function within(stretches: readonly (readonly [number, number, ...unknown[]])[], t: number): boolean {
  return stretches.some(([from, to]) => t >= from && t <= to);
}

/** Metres in a degree of longitude and of latitude on the ellipsoid (WGS 84). */
export function degree_m(lat_deg: number): [number, number] {
  const a = (lat_deg * Math.PI) / 180;
  const e2 = 0.0066943799901413165;
  const w = 1 - e2 * Math.sin(a) ** 2;
  const rad = Math.PI / 180;
  return [(rad * 6378137 * Math.cos(a)) / Math.sqrt(w), (rad * 6378137 * (1 - e2)) / w ** 1.5];
}

/** A position so many metres to the left of a path. */
export function beside(lon: number, lat: number, course_deg: number, left_m: number): [number, number] {
  const [east, north] = degree_m(lat);
  const a = (course_deg * Math.PI) / 180;
  return [lon - (left_m * Math.cos(a)) / east, lat + (left_m * Math.sin(a)) / north];
}
