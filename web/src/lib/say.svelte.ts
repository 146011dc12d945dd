/** Short messages: shown at the foot for a while, and read out politely. */

export const said: { text: string; loud: boolean } = $state({ text: '', loud: false });

let timer = 0;

export function say(text: string, loud = false): void {
  said.text = text;
  said.loud = loud;
  clearTimeout(timer);
  timer = window.setTimeout(() => (said.text = ''), loud ? 9000 : 4000);
}
