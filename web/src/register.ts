/** Keys on the pages that the server renders: they work without, and faster with. */

const CHORDS: Record<string, string> = { w: '/watch', r: '/register', b: '/bell' };
let begun = 0;

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-rows] tbody tr, tbody tr[data-href]')].filter((row) => row.querySelector('a[href]'));
}

function step(by: number): void {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.querySelector<HTMLElement>('a[href]')?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea, [contenteditable]')) return;
  if (event.timeStamp - begun < 1200 && CHORDS[event.key]) {
    location.assign(CHORDS[event.key]);
    return;
  }
  if (event.key === 'g') begun = event.timeStamp;
  else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  else if (event.key === '/') document.querySelector<HTMLElement>('input[type="search"], input[name="q"], form input[type="text"], form select')?.focus();
  else return;
  event.preventDefault();
});
