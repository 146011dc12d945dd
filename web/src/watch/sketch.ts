/** Jammed areas, corridors, rings and names, on a canvas over the aircraft, once a second. */
import { circle, corridor } from './corridor';
import type { Fleet } from './fleet';
import { fit, pixel, type View } from './view';
import type { Alert, Jam, Track } from '../lib/live.svelte';
import { COLOURS, type Theme } from '../lib/map';
import { height, type Datum, type Units } from '../lib/units';

/** Above this many in view only those that matter have names. */
const NAMED = 80;

export interface Picture {
  tracks: ReadonlyMap<string, Track>;
  alerts: readonly Alert[];
  jamming: readonly Jam[];
  chosen: string; // a track
  units: Units;
  theme: Theme;
}

interface Special { track: Track; at: [number, number]; xy: [number, number]; hot: boolean; chosen: boolean; quiet: boolean }
type Box = [number, number, number, number];

export function sketch(canvas: HTMLCanvasElement, view: View, fleet: Fleet, picture: Picture): void {
  const ratio = fit(canvas, view);
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, view.width_px, view.height_px);
  const special = specials(view, fleet, picture);
  const c = COLOURS[picture.theme];
  for (const jam of picture.jamming) {
    if (jam.until_utc === null) shape(pen, view, circle(jam.lon_deg, jam.lat_deg, jam.radius_m), { colour: c.jam, hatched: true, faint: false });
  }
  for (const each of special) {
    const ring = corridor(each.track, each.at);
    // Hatched as well where it matters: colour never tells alone.
    if (ring) shape(pen, view, ring, { colour: each.hot ? c.inside : c.track, hatched: each.hot, faint: each.quiet });
  }
  const taken: Box[] = [];
  for (const each of special) {
    ring(pen, each, each.hot ? c.inside : c.track);
    taken.push([each.xy[0] - 14, each.xy[1] - 14, each.xy[0] + 14, each.xy[1] + 14]);
  }
  for (const each of special) name(pen, each.track, each.xy, 18, each.hot ? c.inside : c.ink, c.halo, 13, picture.units, taken);
  for (const [track, xy] of others(view, fleet, picture, special)) name(pen, track, xy, 9, c.unknown, c.halo, 11, picture.units, taken);
}

/** Tracks that an alert is about, or that are chosen: the chosen first, then the costly ones. */
function specials(view: View, fleet: Fleet, picture: Picture): Special[] {
  const about = new Map<string, Alert | null>();
  if (picture.chosen) about.set(picture.chosen, null);
  const costly = picture.alerts.filter((a) => a.track && a.state !== 'closed').sort((a, b) => b.waiting_cost - a.waiting_cost);
  for (const alert of costly) if (!about.get(alert.track as string)) about.set(alert.track as string, alert);
  const out: Special[] = [];
  for (const [id, alert] of about) {
    const track = picture.tracks.get(id);
    const at = fleet.at(id);
    if (!track || !at) continue;
    const hot = alert !== null && alert.severity >= 3 && alert.state === 'open';
    out.push({ track, at, xy: pixel(view, at), hot, chosen: id === picture.chosen, quiet: alert?.state === 'snoozed' });
  }
  return out;
}

function others(view: View, fleet: Fleet, picture: Picture, special: readonly Special[]): [Track, [number, number]][] {
  const told = new Set(special.map((each) => each.track.id));
  const out: [Track, [number, number]][] = [];
  for (const track of picture.tracks.values()) {
    if (told.has(track.id) || track.lon_deg === null || track.lat_deg === null) continue;
    const xy = pixel(view, fleet.at(track.id) ?? [track.lon_deg, track.lat_deg]);
    if (xy[0] < 0 || xy[1] < 0 || xy[0] > view.width_px || xy[1] > view.height_px) continue;
    if (out.length >= NAMED) return [];
    out.push([track, xy]);
  }
  return out;
}

function shape(
  pen: CanvasRenderingContext2D, view: View, ring: readonly (readonly [number, number])[], how: { colour: string; hatched: boolean; faint: boolean },
): void {
  const points = ring.map((at) => pixel(view, at));
  const path = new Path2D();
  points.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
  pen.save();
  pen.globalAlpha = 0.13;
  pen.fillStyle = how.colour;
  pen.fill(path);
  pen.globalAlpha = how.faint ? 0.4 : 0.9;
  pen.strokeStyle = how.colour;
  pen.lineWidth = 1.2;
  pen.setLineDash([5, 4]);
  pen.stroke(path);
  if (how.hatched) {
    pen.setLineDash([]);
    pen.clip(path);
    pen.globalAlpha = 0.5;
    pen.lineWidth = 1;
    const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
    const left = Math.max(Math.min(...xs), 0), right = Math.min(Math.max(...xs), view.width_px);
    const top = Math.max(Math.min(...ys), 0), bottom = Math.min(Math.max(...ys), view.height_px);
    pen.beginPath();
    for (let x = left - (bottom - top); x < right; x += 8) {
      pen.moveTo(x, bottom);
      pen.lineTo(x + (bottom - top), top);
    }
    pen.stroke();
  }
  pen.restore();
}

function ring(pen: CanvasRenderingContext2D, each: Special, colour: string): void {
  pen.globalAlpha = each.quiet ? 0.45 : 1;
  pen.strokeStyle = colour;
  pen.lineWidth = each.chosen ? 3 : 1.8;
  pen.beginPath();
  pen.arc(each.xy[0], each.xy[1], each.chosen ? 15 : 12, 0, 2 * Math.PI);
  pen.stroke();
  pen.globalAlpha = 1;
}

/** Write a name where there is room; one that would cover another is left out. */
function name(
  pen: CanvasRenderingContext2D, track: Track, xy: readonly [number, number], gap: number, colour: string, halo: string, size: number, units: Units, taken: Box[],
): void {
  const lines = [track.callsign ?? track.id];
  if (track.h_m !== null) lines.push(height(track.h_m, track.h_datum as Datum, units));
  pen.font = `600 ${size}px Plex, sans-serif`;
  const wide = Math.max(...lines.map((line) => pen.measureText(line).width));
  const line_px = size * 1.18;
  const tall = lines.length * line_px;
  for (const [sx, sy] of [[1, 1], [1, -1], [-1, 1], [-1, -1]]) {
    const left = sx > 0 ? xy[0] + gap : xy[0] - gap - wide;
    const top = sy > 0 ? xy[1] + gap * 0.35 : xy[1] - gap * 0.35 - tall;
    const box: Box = [left - 2, top, left + wide + 2, top + tall];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
    taken.push(box);
    pen.lineJoin = 'round';
    pen.strokeStyle = halo;
    pen.lineWidth = 3;
    pen.fillStyle = colour;
    pen.textBaseline = 'top';
    lines.forEach((line, i) => {
      pen.strokeText(line, left, top + i * line_px);
      pen.fillText(line, left, top + i * line_px);
    });
    return;
  }
}
