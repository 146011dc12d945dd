/** The state of the watch in this page: the whole at first, then each change as it comes.
 *
 * Tracks are kept outside of what Svelte watches, for there may be tens of thousands; `version`
 * counts what changed.  When the stream ends the page says since when, and goes on showing what
 * it knew: an old picture that says so is better than none.
 */
import { get } from './api';
import { tell } from './clock.svelte';
import type { Area } from './map';
import { instant } from './time';

export interface Interval { q05: number; q50: number; q95: number }
export interface Handling { by: string; at_utc: string; action: string; reason: string; until_utc: string | null }
export interface Alert {
  id: string; revision: number; kind: string; rule: string; state: 'open' | 'acknowledged' | 'snoozed' | 'closed';
  severity: number; area: string | null; layer: string | null; track: string | null; callsign: string | null;
  opened_utc: string; changed_utc: string; closed_utc: string | null; lon_deg: number | null; lat_deg: number | null;
  h_m: number | null; h_datum: string | null; p_inside: number | null; p_soon: number | null; eta_s: Interval | null;
  waiting_cost: number; sources: number; plot_age_s: number | null; why: string; synthetic: boolean; handling: Handling[];
}
export interface Feed {
  name: string; kind: string; witness: string | null; connected: boolean; silent: boolean; records_per_s: number | null;
  latency_s: number | null; age_s: number | null; records: number | null; quarantined: number | null; reconnects: number | null; said: string | null;
}
export interface Jam {
  area: string; from_utc: string; until_utc: string | null; aircraft: number; affected: number; lon_deg: number; lat_deg: number; radius_m: number;
}
/** A track as it was told at `at_ms` of the watch's time. */
export interface Track {
  id: string; callsign: string | null; kind: string; lon_deg: number | null; lat_deg: number | null; h_m: number | null; h_datum: string | null;
  gs_mps: number | null; track_deg: number | null; vrate_mps: number | null; sigma_m: number | null; age_s: number | null;
  cooperative: boolean | null; sources: number | null; area: string | null; p_inside: number | null; p_soon: number | null;
  eta_q05_s: number | null; eta_q50_s: number | null; eta_q95_s: number | null; state: string; at_ms: number;
}
interface Table { columns: string[]; rows: unknown[][] }
interface Change { seq: number; t_utc: string | null; tracks: Table; gone?: string[]; alerts: Alert[]; feeds: Feed[] | null; jamming: Jam[] | null }
interface Whole extends Change { areas?: Area[]; synthetic?: boolean; tlp?: string }

export type Link = 'connecting' | 'live' | 'down';

/** A row as a track. Written out: twelve thousand a second are made, and all have one shape. */
function trackOf(row: unknown[], at: Record<string, number>, at_ms: number): Track {
  return {
    id: row[at.id], callsign: row[at.callsign], kind: row[at.kind], lon_deg: row[at.lon_deg],
    lat_deg: row[at.lat_deg], h_m: row[at.h_m], h_datum: row[at.h_datum], gs_mps: row[at.gs_mps],
    track_deg: row[at.track_deg], vrate_mps: row[at.vrate_mps], sigma_m: row[at.sigma_m], age_s: row[at.age_s],
    cooperative: row[at.cooperative], sources: row[at.sources], area: row[at.area], p_inside: row[at.p_inside],
    p_soon: row[at.p_soon], eta_q05_s: row[at.eta_q05_s], eta_q50_s: row[at.eta_q50_s], eta_q95_s: row[at.eta_q95_s],
    state: row[at.state], at_ms,
  } as Track;
}

class Live {
  link: Link = $state('connecting');
  since_ms = $state(NaN); // when the link was lost
  failed = $state('');
  seq = $state(0);
  version = $state(0);
  count = $state(0);
  areas: Area[] = $state.raw([]);
  feeds: Feed[] = $state.raw([]);
  jamming: Jam[] = $state.raw([]);
  alerts: Alert[] = $state.raw([]);
  synthetic = $state(false);
  tlp = $state('CLEAR');
  t_ms = $state(NaN);
  tracks = new Map<string, Track>();
  private held = new Map<string, Alert>();
  private source: EventSource | null = null;
  private timer = 0;
  private heard = 0;
  private tries = 0;
  private listeners = new Set<(change: Change, whole: boolean) => void>();
  private later = 0;

  /** Begin to listen; returns what ends it. */
  start(): () => void {
    void this.open();
    const watch = window.setInterval(() => this.check(), 5000);
    return () => {
      clearInterval(watch);
      clearTimeout(this.timer);
      this.source?.close();
      this.source = null;
    };
  }

  /** Be told of each change after it is taken in. */
  onChange(run: (change: Change, whole: boolean) => void): () => void {
    this.listeners.add(run);
    return () => this.listeners.delete(run);
  }

  /** Where a person asks to be tried again now. */
  retry(): void {
    clearTimeout(this.timer);
    this.tries = 0;
    void this.open();
  }

  private async open(): Promise<void> {
    this.source?.close();
    try {
      // The areas come with the whole only; an error has words here, which an event stream has not.
      this.takeWhole(await get<Whole>('/api/live'));
    } catch (error) {
      this.lost(error instanceof Error ? error.message : String(error));
      return;
    }
    const source = new EventSource('/api/live/events');
    this.source = source;
    source.onopen = () => {
      this.heard = performance.now();
    };
    source.addEventListener('reset', (event) => this.takeWhole(JSON.parse((event as MessageEvent<string>).data) as Whole));
    source.addEventListener('change', (event) => this.take(JSON.parse((event as MessageEvent<string>).data) as Change, false));
    source.onerror = () => {
      source.close();
      if (this.source === source) this.lost('the stream ended');
    };
  }

  private lost(why: string): void {
    if (this.link !== 'down') this.since_ms = Date.now();
    this.link = 'down';
    this.failed = why;
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.open(), Math.min(15_000, 500 * 2 ** Math.min(this.tries, 6)));
  }

  /** A line may die without a word: ask the server where nothing was heard for long. */
  private check(): void {
    if (this.link !== 'live' || performance.now() - this.heard < 20_000) return;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 5000);
    get('/api/session', stop.signal)
      .then(
        () => (this.heard = performance.now()),
        () => this.lost('the server does not answer'),
      )
      .finally(() => clearTimeout(timer));
  }

  private takeWhole(whole: Whole): void {
    this.tracks.clear();
    this.held.clear();
    if (whole.areas) this.areas = whole.areas;
    this.synthetic = whole.synthetic ?? this.synthetic;
    this.tlp = whole.tlp ?? this.tlp;
    this.take(whole, true);
  }

  private take(change: Change, whole: boolean): void {
    this.heard = performance.now();
    this.tries = 0;
    this.link = 'live';
    this.failed = '';
    this.seq = change.seq;
    const t_ms = instant(change.t_utc);
    if (Number.isFinite(t_ms)) {
      tell(t_ms);
      this.t_ms = t_ms;
    }
    const at = Object.fromEntries(change.tracks.columns.map((name, i) => [name, i]));
    for (const row of change.tracks.rows) {
      const track = trackOf(row, at, t_ms);
      this.tracks.set(track.id, track);
    }
    for (const id of change.gone ?? []) this.tracks.delete(id);
    if (change.alerts.length || whole) {
      for (const alert of change.alerts) this.held.set(alert.id, alert);
      this.forget();
      this.alerts = [...this.held.values()];
    }
    if (change.feeds) this.feeds = change.feeds;
    if (change.jamming) this.jamming = change.jamming;
    for (const run of this.listeners) run(change, whole);
    // What lists show is told at most four times a second; the map has its own pace.
    this.later ||= window.setTimeout(() => {
      this.later = 0;
      this.count = this.tracks.size;
      this.version += 1;
    }, whole ? 0 : 250);
  }

  /** Of what is over, the server keeps 200; so does a page that stays open for weeks. */
  private forget(): void {
    const closed = [...this.held.values()].filter((alert) => alert.state === 'closed');
    closed.sort((a, b) => instant(a.closed_utc) - instant(b.closed_utc));
    for (const alert of closed.slice(0, Math.max(0, closed.length - 200))) this.held.delete(alert.id);
  }
}

export const live = new Live();
