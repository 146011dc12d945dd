/** Which screen the address names. Pages that the server renders are ordinary links. */

export interface Route {
  screen: 'watch' | 'incident' | 'bell' | 'lost';
  id: string; // of the incident or case
  rev: string; // its revision, or empty
}

function parse(path: string): Route {
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0 || parts[0] === 'watch') return { screen: 'watch', id: '', rev: '' };
  if (parts[0] === 'bell') return { screen: 'bell', id: '', rev: '' };
  if (parts[0] === 'i') {
    const [id, rev = ''] = decodeURIComponent(parts[1] ?? '').split('@');
    return { screen: 'incident', id, rev };
  }
  return { screen: 'lost', id: path, rev: '' };
}

export const route: Route = $state(parse(location.pathname));

/** Go to a screen without loading the page anew; other addresses are loaded. */
export function go(path: string): void {
  if (/^\/(watch|bell|i)(\/|\?|#|$)/.test(path)) {
    history.pushState(null, '', path);
    Object.assign(route, parse(location.pathname));
  } else location.assign(path);
}

window.addEventListener('popstate', () => Object.assign(route, parse(location.pathname)));
