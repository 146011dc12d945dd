/** How what is on the screen is marked, where the screen knows better than the session. */
export const mark: { tlp: string; synthetic: boolean } = $state({ tlp: '', synthetic: false });

/** Take back what a screen said of itself. */
export function unmark(): void {
  mark.tlp = '';
  mark.synthetic = false;
}
