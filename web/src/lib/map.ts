/** The map under every screen: basemap from this server, graticule, areas with their limits.
 *
 * Nothing is fetched from anywhere else, and no glyphs are: labels are drawn with the browser's
 * own fonts.  The basemap is for orientation; limits come from the areas.
 */
import {
  addProtocol, AttributionControl, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl,
  type GeoJSONSource, type LngLatLike, type StyleSpecification,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { Protocol } from 'pmtiles';
import type { Units } from './units';

// Under a bundler the worker has to be named: without it the map stays blank and nothing fails.
setWorkerUrl(workerUrl);
addProtocol('pmtiles', new Protocol().tile);

export type Theme = 'dark' | 'light';
export type { MapLibre };
export type Features = GeoJSON.FeatureCollection;

export const FONT = ['sans-serif'];
export const EMPTY: Features = { type: 'FeatureCollection', features: [] };

/** Colours that can be told apart without red and green; orange is what is inside. */
export const COLOURS = {
  dark: {
    sea: '#0b1724', land: '#1a2632', coast: '#4a6076', border: '#4d5c6b', grid: '#ffffff',
    label: '#93a7ba', halo: '#0b1724', sovereign: '#e2b55c', eez: '#6f8aa6', fir: '#8b7fb8',
    other: '#b9c4cf', inside: '#ff8a3d', track: '#5db7ff', dark: '#ff8a3d', unknown: '#c3ced9',
    ink: '#ffffff', jam: '#f0e442',
  },
  light: {
    sea: '#eef4f8', land: '#dde3e8', coast: '#8496a6', border: '#9aa7b3', grid: '#000000',
    label: '#465563', halo: '#ffffff', sovereign: '#8a5a00', eez: '#4d6a86', fir: '#5c4f94',
    other: '#55626e', inside: '#b34700', track: '#00578a', dark: '#b34700', unknown: '#46535f',
    ink: '#10202e', jam: '#7a6f00',
  },
} as const;

export interface MapOptions {
  center: [number, number];
  zoom: number;
  theme: Theme;
  hash?: boolean | string;
  units?: Units;
}

/** A map in a box. `window.tocsin.idle_ms` tells tests and benchmarks when it first came to rest. */
export function createMap(container: HTMLElement, options: MapOptions): MapLibre {
  const map = new MapLibre({
    container,
    style: style(options.theme),
    center: options.center,
    zoom: options.zoom,
    hash: options.hash ?? false,
    minZoom: 2,
    maxZoom: 15,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    // The basemap ends at level 5: its tiles are stretched.  Split, each would be fetched and drawn
    // anew for every quarter of it.
    zoomLevelsToOverscale: 20,
    attributionControl: false,
    canvasContextAttributes: { antialias: false, preserveDrawingBuffer: false },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: false, customAttribution: 'Natural Earth, no legal limits' }), 'bottom-right');
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  const scale = new ScaleControl({ unit: options.units === 'si' ? 'metric' : 'nautical', maxWidth: 120 });
  map.addControl(scale, 'bottom-left');
  (map as MapLibre & { scale?: ScaleControl }).scale = scale;
  map.getCanvas().setAttribute('aria-label', 'Map; all that it shows is in the table too');
  map.once('idle', () => {
    const told = ((window as { tocsin?: Record<string, unknown> }).tocsin ??= {});
    told.idle_ms ??= Math.round(performance.now());
  });
  return map;
}

/** Miles or kilometres at the foot of the map. */
export function setScale(map: MapLibre, units: Units): void {
  (map as MapLibre & { scale?: ScaleControl }).scale?.setUnit(units === 'si' ? 'metric' : 'nautical');
}

/** Run once the style can take layers; at once if it can already.
 *
 * Not when the first tiles are there ('load'): what is added then has its own loaded a second time.
 */
export function whenReady(map: MapLibre, run: () => void): void {
  if (map.getSource('areas')) run();
  else map.once('style.load', run);
}

function style(theme: Theme): StyleSpecification {
  const c = COLOURS[theme];
  const kind = (name: string) => ['==', ['get', 'kind'], name] as never;
  return {
    version: 8,
    sources: {
      base: { type: 'vector', url: `pmtiles://${location.origin}/map/base.pmtiles` },
      grid: { type: 'geojson', data: graticule(1) },
      areas: { type: 'geojson', data: EMPTY },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': c.sea } },
      { id: 'land', type: 'fill', source: 'base', 'source-layer': 'base', filter: kind('land'), paint: { 'fill-color': c.land, 'fill-antialias': false } },
      { id: 'grid', type: 'line', source: 'grid', minzoom: 4.5, paint: { 'line-color': c.grid, 'line-opacity': 0.06, 'line-width': 1 } },
      { id: 'border', type: 'line', source: 'base', 'source-layer': 'base', filter: kind('border'), paint: { 'line-color': c.border, 'line-width': 0.8, 'line-opacity': 0.7 } },
      { id: 'coast', type: 'line', source: 'base', 'source-layer': 'base', filter: kind('coast'), paint: { 'line-color': c.coast, 'line-width': 0.8 } },
      { id: 'areas-fill', type: 'fill', source: 'areas', paint: { 'fill-color': areaColour(theme), 'fill-opacity': 0.06 } },
      // No dashes and no patterns here: each kind of line or fill is one more shader, and without
      // a graphics card every shader keeps the first picture waiting for half a second.
      { id: 'areas-line', type: 'line', source: 'areas', paint: { 'line-color': areaColour(theme), 'line-width': ['case', ['==', ['get', 'layer'], 'sovereign'], 2, 1] } },
      {
        id: 'country', type: 'symbol', source: 'base', 'source-layer': 'base', filter: kind('country'), maxzoom: 7.5,
        layout: { 'text-field': ['upcase', ['get', 'name']], 'text-font': FONT, 'text-size': 11, 'text-letter-spacing': 0.18, 'symbol-sort-key': ['get', 'rank'] },
        paint: { 'text-color': c.label, 'text-opacity': 0.75, 'text-halo-color': c.halo, 'text-halo-width': 1.2 },
      },
      {
        id: 'place', type: 'symbol', source: 'base', 'source-layer': 'base',
        filter: ['all', kind('place'), ['<=', ['get', 'rank'], ['step', ['zoom'], 0, 4, 1, 5.5, 2, 6.8, 3]]] as never,
        layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 11.5, 'symbol-sort-key': ['get', 'rank'], 'text-padding': 6 },
        paint: { 'text-color': c.label, 'text-halo-color': c.halo, 'text-halo-width': 1.4 },
      },
    ],
  };
}

function areaColour(theme: Theme): never {
  const c = COLOURS[theme];
  return ['match', ['get', 'layer'], 'sovereign', c.sovereign, 'eez', c.eez, 'fir', c.fir, 'adiz', c.fir, c.other] as never;
}

/** Lines of whole degrees. */
function graticule(step_deg: number): Features {
  const features: GeoJSON.Feature[] = [];
  const line = (coordinates: number[][]) => features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } });
  for (let lon = -180; lon <= 180; lon += step_deg) line([[lon, -84], [lon, 84]]);
  for (let lat = -84; lat <= 84; lat += step_deg) line([[-180, lat], [180, lat]]);
  return { type: 'FeatureCollection', features };
}

/** Give the map the colours of a theme; layers that screens added are theirs to colour. */
export function paint(map: MapLibre, theme: Theme): void {
  for (const layer of style(theme).layers) {
    if (!map.getLayer(layer.id)) continue;
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
}

/** An area as the API tells it: GeoJSON geometry with an id, a title and a layer. */
export interface Area {
  id: string;
  title: string;
  layer: string;
  geometry: GeoJSON.Geometry;
  [more: string]: unknown;
}

/** Draw areas under everything that moves. */
export function setAreas(map: MapLibre, areas: readonly Area[]): void {
  setData(map, 'areas', {
    type: 'FeatureCollection',
    features: areas.map(({ geometry, ...properties }) => ({ type: 'Feature', properties, geometry })),
  });
}

/** Replace what a GeoJSON source holds; a source that is not there yet is added. */
export function setData(map: MapLibre, source: string, data: Features): void {
  const held = map.getSource(source) as GeoJSONSource | undefined;
  if (held) held.setData(data);
  else map.addSource(source, { type: 'geojson', data });
}

/** A pattern of slanting lines for `fill-pattern`, so that colour never tells alone. */
export function hatch(map: MapLibre, name: string, colour: string, gap = 8, width = 1.2): void {
  if (map.hasImage(name)) map.removeImage(name);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = gap;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  for (const shift of [-gap, 0, gap]) {
    pen.beginPath();
    pen.moveTo(shift - 1, gap + 1);
    pen.lineTo(shift + gap + 1, -1);
    pen.stroke();
  }
  map.addImage(name, pen.getImageData(0, 0, gap, gap));
}

export function bounds(features: Features): [number, number, number, number] | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (node: unknown): void => {
    if (!Array.isArray(node)) return;
    if (typeof node[0] === 'number') {
      west = Math.min(west, node[0]);
      east = Math.max(east, node[0]);
      south = Math.min(south, node[1]);
      north = Math.max(north, node[1]);
    } else node.forEach(take);
  };
  for (const { geometry } of features.features) {
    if (geometry && 'coordinates' in geometry) take(geometry.coordinates);
  }
  return west <= east ? [west, south, east, north] : null;
}

/** Bring a place into view, gently unless the reader asked for less motion. */
export function flyTo(map: MapLibre, center: LngLatLike, zoom?: number): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const to = { center, ...(zoom === undefined ? {} : { zoom }) };
  if (still) map.jumpTo(to);
  else map.easeTo({ ...to, duration: 400 });
}
