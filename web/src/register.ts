/** Keys on the pages that the server renders: they work without, and faster with. */

const CHORDS: Record<string, string> = { w: '/watch', i: '/', r: '/register', b: '/bell' };
const KEYS: [string, string][] = [
  ['j k', 'next row, row before'],
  ['/', 'to the filters'],
  ['a', 'to the first step of the review'],
  ['d', 'to the dissent'],
  ['T', 'dark or light'],
  ['g w', 'watch'],
  ['g i', 'cases'],
  ['g r', 'register'],
  ['g b', 'bell'],
  ['?', 'this help'],
];
const PREFS = 'tocsin.prefs'; // where the other screens keep what a reader chose
let begun = 0;

function prefs(): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(PREFS) ?? '{}');
  } catch {
    return {}; // a store that is shut or spoilt is no reason to fail
  }
}

function theme(name: unknown): void {
  const next = name === 'light' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  // A picture is a page of its own and knows nothing of this one.
  for (const chart of document.querySelectorAll<HTMLImageElement>('img[src^="/register/chart.svg"]')) {
    const url = new URL(chart.src);
    if ((url.searchParams.get('theme') ?? 'dark') === next) continue;
    url.searchParams.set('theme', next);
    chart.src = url.pathname + url.search;
  }
}

function turn(): void {
  const next = document.documentElement.dataset.theme === 'light' ? 'dark' : 'light';
  theme(next);
  try {
    localStorage.setItem(PREFS, JSON.stringify({ ...prefs(), theme: next }));
  } catch {
    // Private windows may forbid it; the choice then lasts as long as the page.
  }
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-rows] tbody tr')].filter((row) => row.querySelector('a[href]'));
}

function step(by: number): void {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.querySelector<HTMLElement>('a[href]')?.focus();
}

function to(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function element(name: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function help(): void {
  let shown = document.querySelector<HTMLDialogElement>('dialog');
  if (!shown) {
    shown = document.createElement('dialog');
    const title = element('h2', 'Keys');
    title.id = 'keys';
    shown.setAttribute('aria-labelledby', title.id);
    const list = element('dl');
    for (const [keys, what] of KEYS) {
      const key = element('dt');
      keys.split(' ').forEach((one) => key.append(element('kbd', one), ' '));
      list.append(key, element('dd', what));
    }
    const form = element('form') as HTMLFormElement;
    form.method = 'dialog';
    form.append(element('button', 'Close'));
    shown.append(title, list, form);
    document.body.append(shown);
  }
  if (shown.open) shown.close();
  else shown.showModal();
}

theme(prefs().theme);

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea, [contenteditable]')) return;
  if (event.timeStamp - begun < 1200 && CHORDS[event.key]) {
    location.assign(CHORDS[event.key]);
    return;
  }
  begun = 0;
  if (event.key === 'g') begun = event.timeStamp;
  else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  else if (event.key === '/') to('form[role="search"] input, main form select');
  else if (event.key === 'a') to('.review input:not([disabled]):not([type="hidden"])');
  else if (event.key === 'd') to('#says');
  else if (event.key === 'T') turn();
  else if (event.key === '?') help();
  else return;
  event.preventDefault();
});
