/** What a reader chose, kept in this browser only. */
import type { Form } from './coords';
import type { Units } from './units';

const KEY = 'tocsin.prefs';

interface Kept {
  units: Units;
  zone: 'zulu' | 'local';
  coords: Form;
  theme: 'dark' | 'light';
  sound: 0 | 1 | 2 | 3;
}

const FIRST: Kept = { units: 'aviation', zone: 'zulu', coords: 'dms', theme: 'dark', sound: 0 };

function read(): Kept {
  try {
    return { ...FIRST, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { ...FIRST }; // a store that is shut or spoilt is no reason to fail
  }
}

export const prefs: Kept = $state(read());

export function keep(): void {
  document.documentElement.dataset.theme = prefs.theme;
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Private windows may forbid it; the choice then lasts as long as the page.
  }
}

export function toggleUnits(): string {
  prefs.units = prefs.units === 'aviation' ? 'si' : 'aviation';
  keep();
  return prefs.units === 'si' ? 'Units: SI' : 'Units: FL, ft, NM, kt';
}

export function toggleZone(): string {
  prefs.zone = prefs.zone === 'zulu' ? 'local' : 'zulu';
  keep();
  return prefs.zone === 'local' ? 'Local time beside Zulu' : 'Zulu only';
}

export function nextCoords(): string {
  const forms: Form[] = ['dms', 'dd', 'mgrs'];
  prefs.coords = forms[(forms.indexOf(prefs.coords) + 1) % forms.length];
  keep();
  return 'Coordinates: ' + { dms: 'degrees and minutes', dd: 'decimal degrees', mgrs: 'MGRS' }[prefs.coords];
}

export function toggleTheme(): string {
  prefs.theme = prefs.theme === 'dark' ? 'light' : 'dark';
  keep();
  return `Theme: ${prefs.theme}`;
}
