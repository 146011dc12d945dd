/** Everything that is so at the moment that is shown, from the object of the server. */
import type { Replay } from './replay.svelte';
import { bearingAt, lastBefore, place, value, within, type Place } from './view';

export interface Now {
  observed: boolean;
  lon: number | null;
  lat: number | null;
  course: number | null;
  speed: number | null;
  p: number | null;
  inside: boolean;
  depth: { q05: number | null; q50: number | null; q95: number | null };
  height: { q05: number | null; q50: number | null; q95: number | null };
  major_m: number | null;
  minor_m: number | null;
  bearing_deg: number | null;
  region: string;
  plots: { sensor: string; age_s: number | null; range: number | null; azimuth: number | null; range_sigmas: number | null; azimuth_sigmas: number | null; number: number | null; could: string }[];
}

const NONE = { q05: null, q50: null, q95: null };

/** What is known of the moment `replay.t`, as known then or now. */
export function nowAt(replay: Replay): Now {
  const { track, answer, t } = replay;
  const up_to = Math.min(t, replay.limit);
  const now: Now = {
    observed: false, lon: null, lat: null, course: null, speed: null, p: null, inside: false, depth: NONE, height: NONE,
    major_m: null, minor_m: null, bearing_deg: null, region: '', plots: [],
  };
  if (!track) return now;
  const known = replay.early ? track.known : undefined;
  if (known) {
    // The last scan stands until the next: nothing that came later moves it.
    const k = lastBefore(known.t_s, up_to);
    if (k >= 0) {
      const at: Place = { k, f: 0 };
      Object.assign(now, {
        observed: up_to - known.t_s[k] < 40, lon: value(known.lon_deg, at), lat: value(known.lat_deg, at), course: known.course_deg[k], speed: known.speed_mps[k],
        p: answer?.known_p?.[k] ?? null, height: { ...NONE, q50: known.h_hae_m[k] }, major_m: known.major_m[k], minor_m: known.minor_m[k], bearing_deg: known.bearing_deg[k],
      });
    }
  } else {
    const at = place(track.t_s, up_to);
    const { height } = track;
    Object.assign(now, {
      observed: at !== null && within(track.observed, up_to),
      lon: value(track.lon_deg, at), lat: value(track.lat_deg, at), course: bearingAt(track.course_deg, at), speed: value(track.speed_mps, at),
      p: value(answer?.p, at),
      depth: { q05: value(answer?.depth_m.q05, at), q50: value(answer?.depth_m.q50, at), q95: value(answer?.depth_m.q95, at) },
      height: { q05: value(height.q05_m, at), q50: value(height.q50_m, at), q95: value(height.q95_m, at) },
      major_m: value(track.ellipse?.major_m, at), minor_m: value(track.ellipse?.minor_m, at), bearing_deg: at ? (track.ellipse?.bearing_deg[at.k] ?? null) : null,
    });
  }
  now.inside = (now.p ?? 0) > 0.5;
  now.region = track.regions.find(([a, b]) => up_to >= a - 1 && up_to <= b + 1)?.[2] ?? '';
  now.plots = (track.plots ?? []).map((plots) => {
    const k = lastBefore(plots.arrival_s ?? plots.t_s, up_to);
    const could = track.coverage?.find((each) => each.sensor === plots.sensor)?.stretches.find(([a, b]) => up_to >= a && up_to <= b + 5)?.[2] ?? '';
    return {
      sensor: plots.sensor, age_s: k < 0 ? null : up_to - plots.t_s[k], range: k < 0 ? null : plots.residual_range_m[k], azimuth: k < 0 ? null : plots.residual_across_m[k],
      range_sigmas: k < 0 ? null : plots.range_sigmas[k], azimuth_sigmas: k < 0 ? null : plots.azimuth_sigmas[k], number: k < 0 ? null : plots.track_number[k], could,
    };
  });
  return now;
}
