/** The time of the watch between two messages: it runs on at the pace the messages had. */

export const pace = $state({ rate: 1 });

let told_ms = NaN;
let heard = 0; // performance.now() of the message

/** Take in the time of a message. */
export function tell(t_ms: number): void {
  const now = performance.now();
  if (Number.isFinite(told_ms) && now - heard > 200 && t_ms > told_ms) {
    const rate = (t_ms - told_ms) / (now - heard);
    pace.rate = Math.max(0, Math.min(64, pace.rate + 0.2 * (rate - pace.rate)));
  }
  if (!(t_ms === told_ms)) {
    told_ms = t_ms;
    heard = now;
  }
}

/** Milliseconds of UTC; never more than two seconds of the clock ahead of what was told. */
export function watchTime(): number {
  if (!Number.isFinite(told_ms)) return NaN;
  return told_ms + Math.min(performance.now() - heard, 2000) * pace.rate;
}
