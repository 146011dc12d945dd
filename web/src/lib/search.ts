/** What the screen in view offers to the search: tracks, alerts, incidents. */

export interface Found {
  id: string;
  group: string;
  label: string;
  hint?: string;
  run: () => void;
}
export type Searcher = (asked: string) => Found[];

const offered: Searcher[] = [];

/** Offer entries until the function that is returned is called. */
export function offer(search: Searcher): () => void {
  offered.push(search);
  return () => offered.splice(offered.indexOf(search), 1);
}

export function searchers(): readonly Searcher[] {
  return offered;
}
