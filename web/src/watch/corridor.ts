/** Where a track may be in the next minutes: 95 % of it, if it goes on as it does.
 *
 * White acceleration of `PSD`, as the engine of the watch has it: sigma^2 = sigma_0^2 + q t^3 / 3
 * per axis.  A sketch for the eye; the probabilities in the lists are the engine's own.
 */
import type { Track } from '../lib/live.svelte';

const PSD = 1; // m^2/s^3
const DEGREE_M = 111_320;
const SPREAD = 1.96;
export const AHEAD_S = 300;

/** The ring from the track to `AHEAD_S` ahead; null for one whose course is not known. */
export function corridor(track: Track, from: readonly [number, number]): [number, number][] | null {
  if (track.gs_mps === null || track.track_deg === null || track.gs_mps < 1) return null;
  const heading = (track.track_deg * Math.PI) / 180;
  const [east, north] = [Math.sin(heading), Math.cos(heading)];
  const age = track.age_s ?? 0;
  const half = (t: number) => SPREAD * Math.sqrt((track.sigma_m ?? 0) ** 2 + (PSD * (t + age) ** 3) / 3);
  const left: [number, number][] = [];
  const right: [number, number][] = [];
  const cos = Math.cos((from[1] * Math.PI) / 180);
  const at = (x_m: number, y_m: number): [number, number] => [from[0] + x_m / (DEGREE_M * cos), from[1] + y_m / DEGREE_M];
  for (let t = 0; t <= AHEAD_S; t += 15) {
    const d = track.gs_mps * t, w = half(t);
    left.push(at(d * east - w * north, d * north + w * east));
    right.push(at(d * east + w * north, d * north - w * east));
  }
  // A round end: along the course the error is as large as across.
  const end = track.gs_mps * AHEAD_S, w = half(AHEAD_S);
  const cap: [number, number][] = [];
  for (let a = -75; a <= 75; a += 15) {
    const turn = heading + (a * Math.PI) / 180;
    cap.push(at(end * east + w * Math.sin(turn), end * north + w * Math.cos(turn)));
  }
  return [...left, ...cap, ...right.reverse(), left[0]];
}

/** A circle of some radius, as a ring. */
export function circle(lon_deg: number, lat_deg: number, radius_m: number): [number, number][] {
  const cos = Math.cos((lat_deg * Math.PI) / 180);
  const ring: [number, number][] = [];
  for (let k = 0; k <= 48; k++) {
    const a = (k * Math.PI) / 24;
    ring.push([lon_deg + (radius_m * Math.sin(a)) / (DEGREE_M * cos), lat_deg + (radius_m * Math.cos(a)) / DEGREE_M]);
  }
  return ring;
}
