/** What the rail says of alerts: their order, names and marks. */
import type { Alert } from '../lib/live.svelte';

export const KINDS: Record<string, { title: string; mark: string }> = {
  inside: { title: 'Inside', mark: '◆' },
  predicted: { title: 'Predicted entry', mark: '▷' },
  dark: { title: 'Dark target', mark: '◇' },
  lost: { title: 'Lost in coverage', mark: '✕' },
  gnss: { title: 'GNSS interference', mark: '≋' },
  feed: { title: 'Source', mark: '!' },
  load: { title: 'The watch itself', mark: '▲' },
  test: { title: 'Test', mark: '✓' },
};

export interface Sorted { shown: Alert[]; snoozed: Alert[]; over: Alert[] }

/** Open and acknowledged by the cost of waiting, then what is snoozed, then what is over. */
export function sorted(alerts: readonly Alert[]): Sorted {
  const order = (a: Alert, b: Alert) =>
    b.waiting_cost - a.waiting_cost || a.opened_utc.localeCompare(b.opened_utc) || a.id.localeCompare(b.id);
  return {
    shown: alerts.filter((a) => a.state === 'open' || a.state === 'acknowledged').sort(order),
    snoozed: alerts.filter((a) => a.state === 'snoozed').sort(order),
    over: alerts.filter((a) => a.state === 'closed').sort((a, b) => (b.closed_utc ?? '').localeCompare(a.closed_utc ?? '')),
  };
}

/** Who or what an alert is about, in few words. */
export function subject(alert: Alert): string {
  if (alert.track) return alert.callsign ? `${alert.callsign} · ${alert.track}` : alert.track;
  return alert.area ?? alert.rule;
}

/** The last thing a person did with it. */
export function handled(alert: Alert) {
  return alert.handling.at(-1) ?? null;
}

export function severityWord(severity: number): string {
  return ['', 'low', 'medium', 'high', 'highest'][severity] ?? String(severity);
}
