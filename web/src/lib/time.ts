/** Times as text. What is stored is UTC; Zulu is always shown, local time only beside it. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number) => String(value).padStart(2, '0');

/** Milliseconds of UTC of an RFC 3339 text, or NaN. */
export function instant(utc: string | null | undefined): number {
  return utc ? Date.parse(utc.replace(/(\.\d{3})\d+/, '$1')) : NaN;
}

/** 06:58:00Z */
export function zulu(t_ms: number, digits = 0): string {
  if (!Number.isFinite(t_ms)) return '--:--:--Z';
  const step_ms = digits === 0 ? 1000 : 10 ** (3 - digits);
  const at = new Date(Math.floor(t_ms / step_ms) * step_ms);
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const part = digits === 0 ? '' : '.' + String(at.getUTCMilliseconds()).padStart(3, '0').slice(0, digits);
  return clock + part + 'Z';
}

/** 19 Sep 2025 */
export function day(t_ms: number): string {
  if (!Number.isFinite(t_ms)) return '–';
  const at = new Date(t_ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** 190658ZSEP25: the date-time group of a message. */
export function dtg(t_ms: number): string {
  if (!Number.isFinite(t_ms)) return '–';
  const at = new Date(t_ms);
  const month = MONTHS[at.getUTCMonth()].toUpperCase();
  return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z${month}${two(at.getUTCFullYear() % 100)}`;
}

/** 09:58:00 GMT+3: the same instant where the reader sits. */
export function local(t_ms: number): string {
  if (!Number.isFinite(t_ms)) return '–';
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
  }).format(new Date(t_ms));
}

/** How long, in the two largest units: 4 s, 4 min 10 s, 2 h 05 min, 3 d 4 h. */
export function span(s: number | null): string {
  if (s === null || !Number.isFinite(s)) return '–';
  const whole = Math.round(Math.abs(s));
  const sign = s < 0 && whole > 0 ? '−' : '';
  if (whole < 60) return `${sign}${whole} s`;
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  if (whole < 86400) return `${sign}${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return `${sign}${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** 4:10, for columns. */
export function clock(s: number | null): string {
  if (s === null || !Number.isFinite(s)) return '–';
  const whole = Math.max(0, Math.round(s));
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}
