/** What the watch adds to the map itself: the jammed areas, which seldom change. */
import { circle } from './corridor';
import type { Jam, Track } from '../lib/live.svelte';
import { COLOURS, EMPTY, hatch, setData, type MapLibre, type Theme } from '../lib/map';

export function addLayers(map: MapLibre, theme: Theme): void {
  setData(map, 'jams', EMPTY);
  hatch(map, 'hatch-jam', COLOURS[theme].jam, 10);
  map.addLayer({ id: 'jams-fill', type: 'fill', source: 'jams', paint: { 'fill-pattern': 'hatch-jam', 'fill-opacity': 0.7 } }, 'country');
  map.addLayer({ id: 'jams-line', type: 'line', source: 'jams', paint: { 'line-color': COLOURS[theme].jam, 'line-width': 1.5, 'line-dasharray': [2, 2] } }, 'country');
}

export function recolour(map: MapLibre, theme: Theme): void {
  hatch(map, 'hatch-jam', COLOURS[theme].jam, 10);
  map.setPaintProperty('jams-line', 'line-color', COLOURS[theme].jam);
}

export function setJams(map: MapLibre, jamming: readonly Jam[]): void {
  const features = jamming.filter((jam) => jam.until_utc === null).map((jam) => circle(jam.lon_deg, jam.lat_deg, jam.radius_m, { area: jam.area }));
  setData(map, 'jams', { type: 'FeatureCollection', features });
}

/** A box that holds most of the tracks; null where there are none. */
export function extent(tracks: ReadonlyMap<string, Track>): [number, number, number, number] | null {
  const placed = [...tracks.values()].filter((t) => t.lon_deg !== null && t.lat_deg !== null);
  if (placed.length === 0) return null;
  const lons = placed.map((t) => t.lon_deg as number).sort((a, b) => a - b);
  const lats = placed.map((t) => t.lat_deg as number).sort((a, b) => a - b);
  const cut = placed.length > 50 ? 0.03 : 0;
  const low = Math.floor(cut * (placed.length - 1)), high = placed.length - 1 - low;
  return [lons[low] - 0.3, lats[low] - 0.2, lons[high] + 0.3, lats[high] + 0.2];
}
