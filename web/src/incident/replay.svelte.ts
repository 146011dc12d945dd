/** Time on the incident screen: where it stands, how it runs, and what may be known at it. */
import { place, lastBefore, type Answer, type Boundary, type Incursion, type OtherSide, type Plots, type Track, type View } from './view';

/** Everything; what was known at the moment that is shown; what was known at one moment. */
export type KnownAt = 'all' | 'cursor' | number; // a number: milliseconds of UTC

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

interface Told {
  t: number;
  playing: boolean;
  speed: number;
  known: KnownAt;
}

export class Replay {
  t = $state(0);
  playing = $state(false);
  speed = $state(8);
  loop = $state(false);
  synced = $state(0); // other windows heard of lately
  from = $state(0); // what the time axis shows
  to = $state(1);
  trackId = $state('');
  volume = $state('');
  hypothesis = $state('');
  other = $state(''); // id of the claim whose track is drawn; empty: none
  known: KnownAt = $state('all');

  readonly t0_ms: number;
  readonly start: number;
  readonly end: number;

  readonly track: Track | undefined = $derived.by(() => this.view.tracks.find((each) => each.id === this.trackId));
  readonly answers: Answer[] = $derived.by(() => this.view.answers.filter((each) => each.track === this.trackId));
  readonly volumes: string[] = $derived.by(() => [...new Set(this.answers.map((each) => each.volume))]);
  readonly hypotheses: string[] = $derived.by(() => this.answers.filter((each) => each.volume === this.volume).map((each) => each.hypothesis));
  readonly answer: Answer | undefined = $derived.by(() =>
    this.answers.find((each) => each.volume === this.volume && each.hypothesis === this.hypothesis),
  );
  readonly boundary: Boundary | undefined = $derived.by(() =>
    this.view.boundaries.find((each) => each.volume === this.volume && each.hypothesis === this.hypothesis),
  );
  readonly passages: Incursion[] = $derived.by(() =>
    this.view.incursions.filter((each) => each.track === this.trackId && each.volume === this.volume && each.hypothesis === this.hypothesis),
  );
  readonly otherSide: OtherSide | undefined = $derived.by(() => this.view.other_side.find((each) => each.claim === this.other && each.track === this.trackId));
  /** Up to when data may be shown. */
  readonly limit: number = $derived.by(() =>
    this.known === 'all' ? Infinity : this.known === 'cursor' ? this.t : (this.known - this.t0_ms) / 1000,
  );
  /** Whether the track has to be what it was then: by the scans so far. */
  readonly early: boolean = $derived.by(() => this.limit < this.lastData);
  readonly known_ms: number = $derived.by(() => (this.known === 'cursor' ? this.t0_ms + this.t * 1000 : this.known === 'all' ? Infinity : this.known));

  private readonly channel: BroadcastChannel | null;
  private readonly me = Math.random().toString(36).slice(2);
  private heard = new Map<string, number>();
  private quiet = false;

  constructor(
    readonly view: View,
    name: string,
  ) {
    this.t0_ms = Date.parse(view.t0_utc);
    const times = view.tracks.flatMap((each) => (each.t_s.length ? [each.t_s[0], each.t_s[each.t_s.length - 1]] : []));
    const [a, b] = view.window_s;
    this.start = times.length ? Math.max(a, Math.min(...times) - 30) : a;
    this.end = times.length ? Math.min(b, Math.max(...times) + 30) : b;
    if (!(this.end > this.start)) [this.start, this.end] = [a, Math.max(b, a + 1)];
    this.from = this.start;
    this.to = this.end;
    this.choose(view.incursions[0]?.track ?? view.tracks[0]?.id ?? '');
    this.t = this.entry ?? this.start;
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(`tocsin-replay-${name}`) : null;
    this.channel?.addEventListener('message', ({ data }) => this.hear(data));
  }

  private get lastData(): number {
    const t_s = this.track?.t_s;
    return t_s?.length ? t_s[t_s.length - 1] : this.end;
  }

  /** Take another track, and the volume that it was longest in. */
  choose(id: string): void {
    this.trackId = id;
    const first = this.view.incursions.find((each) => each.track === id) ?? this.view.answers.find((each) => each.track === id);
    this.volume = first?.volume ?? '';
    this.hypothesis = first?.hypothesis ?? '';
    if (!this.view.other_side.some((each) => each.claim === this.other && each.track === id)) this.other = '';
  }

  chooseVolume(volume: string): void {
    this.volume = volume;
    if (!this.hypotheses.includes(this.hypothesis)) this.hypothesis = this.hypotheses[0] ?? '';
  }

  nextHypothesis(): string {
    const all = this.hypotheses;
    if (all.length) this.hypothesis = all[(all.indexOf(this.hypothesis) + 1) % all.length];
    return this.hypothesis;
  }

  /** The passage at the cursor, else the next, else the last. */
  get passage(): Incursion | undefined {
    const all = this.passages;
    return all.find((each) => this.t <= each.to_s + 1) ?? all[all.length - 1];
  }

  end_of(which: 'entry' | 'exit'): number | null {
    const told = which === 'entry' ? this.passage?.entry_utc?.q50 : this.passage?.exit_utc?.q50;
    return told ? (Date.parse(told) - this.t0_ms) / 1000 : null;
  }

  get entry(): number | null {
    return this.end_of('entry');
  }

  get exit(): number | null {
    return this.end_of('exit');
  }

  seek(t: number): void {
    this.t = Math.max(this.start, Math.min(this.end, t));
    if (this.t < this.from || this.t > this.to) this.pan(this.t);
    this.tell();
  }

  play(on = !this.playing): void {
    if (on && this.t >= this.end - 0.01) this.t = this.start;
    this.playing = on;
    this.tell();
  }

  faster(by: 1 | -1): number {
    const at = SPEEDS.indexOf(this.speed);
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))];
    this.tell();
    return this.speed;
  }

  knownAt(what: KnownAt): void {
    this.known = what;
    this.tell();
  }

  /** One second on or back, on the grid of the track. */
  frame(by: 1 | -1): void {
    const t_s = this.track?.t_s ?? [];
    this.playing = false;
    const at = place(t_s, this.t);
    if (!at) return this.seek(this.t + by);
    const k = by > 0 ? at.k + 1 : at.f > 1e-6 ? at.k : at.k - 1;
    this.seek(t_s[Math.max(0, Math.min(t_s.length - 1, k))] ?? this.t + by);
  }

  /** To the next plot of any radar, or the one before. */
  plot(by: 1 | -1): Plots | undefined {
    this.playing = false;
    const sets = this.track?.plots ?? [];
    let best = by > 0 ? Infinity : -Infinity;
    let found: Plots | undefined;
    for (const plots of sets) {
      const at = lastBefore(plots.t_s, this.t + (by > 0 ? 1e-6 : -1e-3));
      const t = plots.t_s[by > 0 ? at + 1 : at];
      if (t === undefined || (by > 0 ? t >= best : t <= best)) continue;
      best = t;
      found = plots;
    }
    if (found) this.seek(best);
    return found;
  }

  /** Let `dt` seconds of the reader's clock pass. */
  pass(dt: number): void {
    if (!this.playing) return;
    let next = this.t + dt * this.speed;
    const [entry, exit] = [this.entry, this.exit];
    if (this.loop && entry !== null && exit !== null) {
      const [a, b] = [Math.max(this.start, entry - 20), Math.min(this.end, exit + 20)];
      if (next > b || next < a) next = a;
    } else if (next >= this.end) {
      next = this.end;
      this.playing = false;
    }
    this.t = next;
    if (this.t > this.to || this.t < this.from) this.pan(this.t);
    this.tell();
  }

  /** Show a span of time. */
  span(from: number, to: number): void {
    const least = 10;
    const wide = Math.max(least, Math.min(to - from, this.end - this.start));
    const middle = (from + to) / 2;
    const a = Math.max(this.start, Math.min(this.end - wide, middle - wide / 2));
    this.from = a;
    this.to = a + wide;
  }

  zoom(factor: number, about: number): void {
    this.span(about - (about - this.from) * factor, about + (this.to - about) * factor);
  }

  private pan(t: number): void {
    const wide = this.to - this.from;
    this.span(t - wide * 0.1, t + wide * 0.9);
  }

  private tell(): void {
    if (this.quiet) return;
    const told: Told = { t: this.t, playing: this.playing, speed: this.speed, known: this.known };
    this.channel?.postMessage({ ...told, by: this.me });
  }

  private hear(data: Told & { by: string }): void {
    if (data.by === this.me) return;
    const now = performance.now();
    this.heard.set(data.by, now);
    for (const [who, at] of this.heard) if (now - at > 20_000) this.heard.delete(who);
    this.synced = this.heard.size;
    this.quiet = true;
    this.t = Math.max(this.start, Math.min(this.end, data.t));
    this.speed = data.speed;
    this.known = data.known;
    this.playing = false; // one window runs the clock, the others follow
    if (this.t < this.from || this.t > this.to) this.pan(this.t);
    this.quiet = false;
  }

  close(): void {
    this.channel?.close();
  }
}
