/** One keyboard for all screens: single keys, chords such as `g w`, and Ctrl-K. */

export interface Key {
  keys: string; // 'j', 'g w', 'ctrl+k', 'space', 'escape'
  label: string;
  run: (event: KeyboardEvent) => void;
  group?: string;
  hidden?: boolean; // not listed in the palette
}

const CHORD_MS = 1200;
const layers: Key[][] = [];
let begun = '';
let begunAt = 0;

/** Put keys in force until the function that is returned is called. Later layers go first. */
export function bind(keys: Key[]): () => void {
  layers.push(keys);
  return () => {
    const at = layers.indexOf(keys);
    if (at >= 0) layers.splice(at, 1);
  };
}

/** All keys in force, those of the screen first. */
export function known(): Key[] {
  const seen = new Set<string>();
  return [...layers]
    .reverse()
    .flat()
    .filter((each) => !seen.has(each.keys) && seen.add(each.keys));
}

function spelt(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.length === 1 ? event.key : event.key.toLowerCase();
  return (event.ctrlKey || event.metaKey ? 'ctrl+' : '') + (event.altKey ? 'alt+' : '') + key;
}

/** Whether what is typed belongs to the field that has the focus. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type);
}

/** Whether the focused thing uses this key itself. */
function its(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const presses = target.closest('button, a[href], summary, [role="option"], [role="tab"]') !== null;
  if ((key === 'space' || key === 'enter') && presses) return true;
  return target.closest('[role="slider"], input[type="range"], [role="listbox"]') !== null && /^(arrow|home|end|page)/.test(key);
}

function heard(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const key = spelt(event);
  const modal = document.querySelector('dialog[open]') !== null;
  if (modal && key !== 'ctrl+k') return;
  if (typing(event.target) && !key.startsWith('ctrl+')) return;
  if (its(event.target, key)) return;
  const now = performance.now();
  const chord = begun && now - begunAt < CHORD_MS ? `${begun} ${key}` : '';
  begun = '';
  const all = known();
  const found = all.find((each) => each.keys === chord) ?? all.find((each) => each.keys === key);
  if (found) {
    event.preventDefault();
    found.run(event);
  } else if (all.some((each) => each.keys.startsWith(key + ' '))) {
    begun = key;
    begunAt = now;
    event.preventDefault();
  }
}

/** Listen; returns what stops it. */
export function listen(): () => void {
  window.addEventListener('keydown', heard);
  return () => window.removeEventListener('keydown', heard);
}
