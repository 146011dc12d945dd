/** A box that holds most of the tracks; null where there are none. */
import type { Track } from '../lib/live.svelte';

export function extent(tracks: ReadonlyMap<string, Track>): [number, number, number, number] | null {
  const placed = [...tracks.values()].filter((t) => t.lon_deg !== null && t.lat_deg !== null);
  if (placed.length === 0) return null;
  const lons = placed.map((t) => t.lon_deg as number).sort((a, b) => a - b);
  const lats = placed.map((t) => t.lat_deg as number).sort((a, b) => a - b);
  // A few far away do not make the rest small.
  const cut = placed.length > 50 ? 0.03 : 0;
  const low = Math.floor(cut * (placed.length - 1)), high = placed.length - 1 - low;
  return [lons[low] - 0.3, lats[low] - 0.2, lons[high] + 0.3, lats[high] + 0.2];
}
