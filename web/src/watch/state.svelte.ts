/** What is chosen on this screen, and the beat by which ages and positions are told. */
import { watchTime } from '../lib/clock.svelte';
import { live, type Alert, type Track } from '../lib/live.svelte';

class Chosen {
  alert = $state('');
  track = $state('');
  table = $state(false);
  legend = $state(true);
  now_ms = $state(NaN); // of the watch, once a second

  chooseAlert(alert: Alert | null): void {
    this.alert = alert?.id ?? '';
    this.track = alert?.track ?? '';
    this.remember();
  }

  chooseTrack(id: string): void {
    this.track = id;
    const about = live.alerts.find((a) => a.track === id && a.state !== 'closed');
    this.alert = about?.id ?? '';
    this.remember();
  }

  beat(): void {
    this.now_ms = watchTime();
  }

  private remember(): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of [['alert', this.alert], ['track', this.track]] as const) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    history.replaceState(history.state, '', location.pathname + (text ? '?' + text : '') + location.hash);
  }
}

export const chosen = new Chosen();

/** Seconds since the newest plot of a track, at the beat; null if it is not known. */
export function plotAge(track: Track | undefined, now_ms: number): number | null {
  if (!track || track.age_s === null || !Number.isFinite(now_ms)) return null;
  return Math.max(0, track.age_s + (now_ms - track.at_ms) / 1000);
}
