/** What the incident screen draws on the map: corridor, limits, plots, and where it is now. */
import { Marker } from 'maplibre-gl';
import { COLOURS, EMPTY, FONT, hatch, paint, setData, type Features, type MapLibre, type Theme } from '../lib/map';
import { beside, degree_m, lastBefore, type Boundary, type Numbers, type OtherSide, type Sensor, type Track, type View } from './view';

type Feature = GeoJSON.Feature;

/** Each radar has a mark of its own; its colour only helps. */
export const SENSOR = {
  dark: ['#f2e266', '#d3b6ff', '#6fe0c8', '#ffffff'],
  light: ['#6b5f00', '#6a35b8', '#006a5b', '#14202b'],
} as const;
export const MARKS = ['×', '+', '△', '□'] as const;

const SOURCES = ['inc-limits', 'inc-rivals', 'inc-firs', 'inc-corridor', 'inc-other', 'inc-path', 'inc-plots', 'inc-beams', 'inc-ends', 'inc-places', 'inc-refused', 'inc-now'];
const CHUNK = 48; // grid points in one piece of a corridor: a track may cross its own path
const ELLIPSE_95 = 2.4477;
const TRAIL_S = 90;

export function addLayers(map: MapLibre, theme: Theme): void {
  for (const source of SOURCES) if (!map.getSource(source)) setData(map, source, EMPTY);
  images(map, theme);
  const c = COLOURS[theme];
  const inside = ['case', ['get', 'inside'], c.inside, c.track] as never;
  const below = 'country';
  map.addLayer({ id: 'inc-area', type: 'fill', source: 'inc-limits', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': c.sovereign, 'fill-opacity': 0.09 } }, below);
  map.addLayer({ id: 'inc-rivals', type: 'line', source: 'inc-rivals', paint: { 'line-color': c.sovereign, 'line-width': 1, 'line-opacity': 0.75, 'line-dasharray': [2, 3] } }, below);
  map.addLayer({ id: 'inc-limit', type: 'line', source: 'inc-limits', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': c.sovereign, 'line-width': 1.8 } }, below);
  map.addLayer({ id: 'inc-firs', type: 'line', source: 'inc-firs', paint: { 'line-color': c.fir, 'line-width': 1.2, 'line-dasharray': [6, 3, 1, 3], 'line-opacity': 0.8 } }, below);
  map.addLayer({ id: 'inc-other', type: 'fill', source: 'inc-other', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-pattern': 'hatch-other', 'fill-opacity': 0.75 } }, below);
  map.addLayer({ id: 'inc-other-line', type: 'line', source: 'inc-other', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': c.unknown, 'line-width': 1.8, 'line-dasharray': [4, 2.5] } }, below);
  map.addLayer({ id: 'inc-95', type: 'fill', source: 'inc-corridor', filter: ['==', ['get', 'share'], 95], paint: { 'fill-color': inside, 'fill-opacity': 0.16 } }, below);
  map.addLayer({ id: 'inc-95-hatch', type: 'fill', source: 'inc-corridor', filter: ['==', ['get', 'share'], 95], paint: { 'fill-pattern': 'hatch-corridor', 'fill-opacity': 0.5 } }, below);
  map.addLayer({ id: 'inc-50', type: 'fill', source: 'inc-corridor', filter: ['==', ['get', 'share'], 50], paint: { 'fill-color': inside, 'fill-opacity': 0.34 } }, below);
  map.addLayer({ id: 'inc-path-case', type: 'line', source: 'inc-path', paint: { 'line-color': c.halo, 'line-width': 5, 'line-opacity': 0.6 } }, below);
  map.addLayer({
    id: 'inc-path', type: 'line', source: 'inc-path', filter: ['!', ['get', 'gap']], layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': inside, 'line-width': ['interpolate', ['linear'], ['zoom'], 6, 2.4, 11, 1.4] },
  }, below);
  map.addLayer({ id: 'inc-gap', type: 'line', source: 'inc-path', filter: ['get', 'gap'], paint: { 'line-color': c.unknown, 'line-width': 1.4, 'line-dasharray': [1, 3] } }, below);
  map.addLayer({ id: 'inc-beams', type: 'line', source: 'inc-beams', paint: { 'line-color': ['get', 'colour'], 'line-width': 1, 'line-opacity': ['get', 'strength'], 'line-dasharray': [5, 4] } });
  map.addLayer({
    id: 'inc-plots', type: 'symbol', source: 'inc-plots', minzoom: 8.2,
    layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.45, 11, 0.8] },
    paint: { 'icon-opacity': ['interpolate', ['linear'], ['zoom'], 8.2, 0.25, 11, 0.75] },
  });
  map.addLayer({
    id: 'inc-plots-now', type: 'symbol', source: 'inc-plots', minzoom: 8.6, filter: ['==', ['get', 't'], -1],
    layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 6, 0.5, 11, 1] },
  });
  map.addLayer({
    id: 'inc-refused', type: 'symbol', source: 'inc-refused',
    layout: { 'icon-image': 'mark-refused', 'icon-allow-overlap': true, 'icon-size': 0.7 },
  });
  map.addLayer({
    id: 'inc-places', type: 'symbol', source: 'inc-places',
    layout: {
      'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': 11.5,
      'text-variable-anchor': ['top', 'bottom', 'right', 'left'], 'text-radial-offset': 0.9, 'text-optional': true,
    },
    paint: { 'text-color': c.label, 'text-halo-color': c.halo, 'text-halo-width': 1.4 },
  });
  map.addLayer({ id: 'inc-ends-ring', type: 'circle', source: 'inc-ends', paint: { 'circle-radius': 5, 'circle-color': c.halo, 'circle-stroke-color': c.inside, 'circle-stroke-width': 2 } });
  map.addLayer({
    id: 'inc-ends', type: 'symbol', source: 'inc-ends',
    layout: {
      'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': 12, 'text-variable-anchor': ['top-left', 'top-right', 'bottom-left', 'bottom-right', 'top', 'bottom'],
      'text-radial-offset': 0.9, 'text-justify': 'auto', 'text-allow-overlap': false,
    },
    paint: { 'text-color': c.ink, 'text-halo-color': c.halo, 'text-halo-width': 1.8 },
  });
  map.addLayer({ id: 'inc-ellipse', type: 'fill', source: 'inc-now', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': inside, 'fill-opacity': 0.28 } });
  map.addLayer({ id: 'inc-ellipse-line', type: 'line', source: 'inc-now', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'line-color': c.ink, 'line-width': 1.2 } });
}

/** Layers keep their colours from the theme; after a change of theme they are made anew. */
export function recolour(map: MapLibre, theme: Theme): void {
  for (const layer of map.getStyle().layers) if (layer.id.startsWith('inc-')) map.removeLayer(layer.id);
  addLayers(map, theme);
}

/** Colours that need no new layout: a map for paper, drawn in the same breath. */
export function repaint(map: MapLibre, theme: Theme): void {
  const c = COLOURS[theme];
  paint(map, theme);
  map.setPaintProperty('inc-path-case', 'line-color', c.halo);
  map.setPaintProperty('inc-ends-ring', 'circle-color', c.halo);
  for (const [layer, ink] of [['inc-ends', c.ink], ['inc-places', c.label]] as const) {
    map.setPaintProperty(layer, 'text-color', ink);
    map.setPaintProperty(layer, 'text-halo-color', c.halo);
  }
}

function images(map: MapLibre, theme: Theme): void {
  const c = COLOURS[theme];
  hatch(map, 'hatch-other', c.unknown, 7, 1);
  hatch(map, 'hatch-corridor', c.ink, 6, 0.6);
  SENSOR[theme].forEach((colour, k) => image(map, `plot-${k}`, 22, (pen) => mark(pen, k, colour, 11, 7)));
  image(map, 'mark-refused', 20, (pen) => {
    pen.strokeStyle = c.unknown;
    pen.lineWidth = 1.6;
    pen.beginPath();
    pen.arc(10, 10, 7, 0, 7);
    pen.moveTo(5, 5);
    pen.lineTo(15, 15);
    pen.moveTo(15, 5);
    pen.lineTo(5, 15);
    pen.stroke();
  });
  image(map, 'mark-place', 14, (pen) => {
    pen.fillStyle = c.label;
    pen.beginPath();
    pen.arc(7, 7, 2.6, 0, 7);
    pen.fill();
  });
  image(map, 'mark-radar', 26, (pen) => {
    pen.strokeStyle = c.ink;
    pen.fillStyle = c.ink;
    pen.lineWidth = 1.6;
    for (const r of [5, 9]) {
      pen.beginPath();
      pen.arc(13, 15, r, -2.6, -0.54);
      pen.stroke();
    }
    pen.beginPath();
    pen.arc(13, 15, 2, 0, 7);
    pen.fill();
    pen.beginPath();
    pen.moveTo(13, 15);
    pen.lineTo(13, 23);
    pen.stroke();
  });
}

function image(map: MapLibre, name: string, size: number, paint: (pen: CanvasRenderingContext2D) => void): void {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * 2;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(2, 2);
  paint(pen);
  if (map.hasImage(name)) map.removeImage(name);
  map.addImage(name, pen.getImageData(0, 0, size * 2, size * 2), { pixelRatio: 2 });
}

function mark(pen: CanvasRenderingContext2D, kind: number, colour: string, at: number, r: number): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  if (kind === 0) {
    pen.moveTo(at - r, at - r);
    pen.lineTo(at + r, at + r);
    pen.moveTo(at + r, at - r);
    pen.lineTo(at - r, at + r);
  } else if (kind === 1) {
    pen.moveTo(at - r, at);
    pen.lineTo(at + r, at);
    pen.moveTo(at, at - r);
    pen.lineTo(at, at + r);
  } else if (kind === 2) {
    pen.moveTo(at, at - r);
    pen.lineTo(at + r, at + r * 0.8);
    pen.lineTo(at - r, at + r * 0.8);
    pen.closePath();
  } else pen.rect(at - r * 0.8, at - r * 0.8, r * 1.6, r * 1.6);
  pen.stroke();
}

const feature = (geometry: GeoJSON.Geometry, properties: Record<string, unknown> = {}): Feature => ({ type: 'Feature', geometry, properties });
const put = (map: MapLibre, source: string, features: Feature[]) => setData(map, source, { type: 'FeatureCollection', features });

/** Limits: the one that is asked about whole, its rivals dashed. */
export function drawGround(map: MapLibre, view: View, chosen: Boundary | undefined): void {
  const others = view.boundaries.filter((each) => each !== chosen && each.line);
  put(map, 'inc-limits', chosen ? [...(chosen.area ? [feature(chosen.area)] : []), ...(chosen.line ? [feature(chosen.line)] : [])] : []);
  put(map, 'inc-rivals', others.map((each) => feature(each.line as GeoJSON.Geometry, { hypothesis: each.hypothesis })));
  put(map, 'inc-firs', view.regions.map((each) => feature(each.line, { fir: each.fir })));
  put(map, 'inc-places', [
    ...view.places.map((each) => feature({ type: 'Point', coordinates: [each.lon_deg, each.lat_deg] }, { text: each.title, icon: 'mark-place' })),
    ...view.sensors.map((each) => feature({ type: 'Point', coordinates: [each.lon_deg, each.lat_deg] }, { text: each.id, icon: 'mark-radar' })),
  ]);
}

/** One path in pieces: where it is inside, where it is not, and where nobody saw it. */
function pathPieces(t_s: readonly number[], lon: readonly number[], lat: readonly number[], p: Numbers | undefined, observed: readonly (readonly [number, number])[], limit: number): Feature[] {
  const out: Feature[] = [];
  let run: number[][] = [];
  let kind = '';
  const close = (): void => {
    if (run.length > 1) out.push(feature({ type: 'LineString', coordinates: run }, { inside: kind === 'in', gap: kind === 'gap' }));
  };
  let stretch = 0;
  for (let k = 0; k < t_s.length && t_s[k] <= limit; k += 1) {
    while (stretch < observed.length && observed[stretch][1] < t_s[k]) stretch += 1;
    const seen = stretch < observed.length && observed[stretch][0] <= t_s[k];
    const now = !seen ? 'gap' : (p?.[k] ?? 0) > 0.5 ? 'in' : 'out';
    const point = [lon[k], lat[k]];
    if (now !== kind) {
      if (run.length) run.push(point);
      close();
      run = [point];
      kind = now;
    } else run.push(point);
  }
  close();
  return out;
}

/** The fused track with its corridor, or what the scans so far told of it. */
export function drawTrack(map: MapLibre, track: Track | undefined, p: Numbers | undefined, knownP: Numbers | undefined, early: boolean, limit: number): void {
  if (!track) {
    for (const source of ['inc-path', 'inc-corridor', 'inc-refused']) put(map, source, []);
    return;
  }
  if (early && track.known) {
    const { t_s, lon_deg, lat_deg } = track.known;
    put(map, 'inc-path', pathPieces(t_s, lon_deg, lat_deg, knownP, [[-Infinity, Infinity]], limit));
    put(map, 'inc-corridor', scanEllipses(track, knownP, limit));
  } else {
    put(map, 'inc-path', pathPieces(track.t_s, track.lon_deg, track.lat_deg, p, track.observed, early ? limit : Infinity));
    put(map, 'inc-corridor', corridorPieces(track, p, early ? limit : Infinity));
  }
  const refused = track.refused;
  put(map, 'inc-refused', (refused?.t_s ?? []).flatMap((t, k) =>
    t <= limit && refused?.lon_deg[k] != null ? [feature({ type: 'Point', coordinates: [refused.lon_deg[k], refused.lat_deg[k] as number] })] : []));
}

function corridorPieces(track: Track, p: Numbers | undefined, limit: number): Feature[] {
  const out: Feature[] = [];
  if (!track.corridor) return out;
  const last = lastBefore(track.t_s, limit);
  for (const share of [95, 50] as const) {
    const { left_m, right_m } = track.corridor[`${share}`];
    for (const [from, to] of track.observed) {
      const first = Math.max(0, lastBefore(track.t_s, from - 1e-6) + 1);
      const end = Math.min(last, lastBefore(track.t_s, to));
      for (let a = first; a < end; ) {
        const inside = (p?.[a] ?? 0) > 0.5;
        let b = a + 1;
        while (b < end && b - a < CHUNK && (p?.[b] ?? 0) > 0.5 === inside) b += 1;
        const ring: [number, number][] = [];
        const point = (k: number, offset: number | null) => {
          if (offset !== null) ring.push(beside(track.lon_deg[k], track.lat_deg[k], track.course_deg[k], offset));
        };
        for (let k = a; k <= b; k += 1) point(k, left_m[k]);
        for (let k = b; k >= a; k -= 1) point(k, right_m[k]);
        if (ring.length > 3) out.push(feature({ type: 'Polygon', coordinates: [[...ring, ring[0]]] }, { share, inside }));
        a = b;
      }
    }
  }
  return out;
}

function scanEllipses(track: Track, p: Numbers | undefined, limit: number): Feature[] {
  const known = track.known;
  if (!known) return [];
  return known.t_s.flatMap((t, k) =>
    t > limit ? [] : [feature(ellipse(known.lon_deg[k], known.lat_deg[k], ELLIPSE_95 * known.major_m[k], ELLIPSE_95 * known.minor_m[k], known.bearing_deg[k], 24), { share: 95, inside: (p?.[k] ?? 0) > 0.5 })]);
}

/** An ellipse by its half axes and the bearing of the long one. */
export function ellipse(lon: number, lat: number, major_m: number, minor_m: number, bearing_deg: number, corners = 48): GeoJSON.Polygon {
  const [east, north] = degree_m(lat);
  const b = (bearing_deg * Math.PI) / 180;
  const ring = Array.from({ length: corners }, (_, k) => {
    const a = (2 * Math.PI * k) / corners;
    const [u, v] = [major_m * Math.cos(a), minor_m * Math.sin(a)];
    return [lon + (u * Math.sin(b) + v * Math.cos(b)) / east, lat + (u * Math.cos(b) - v * Math.sin(b)) / north];
  });
  return { type: 'Polygon', coordinates: [[...ring, ring[0]]] };
}

/** The track that a claim would need, with its corridor. */
export function drawOther(map: MapLibre, other: OtherSide | undefined): void {
  if (!other) return put(map, 'inc-other', []);
  const out: Feature[] = [feature({ type: 'LineString', coordinates: other.lon_deg.map((lon, k) => [lon, other.lat_deg[k]]) })];
  for (let a = 0; a < other.t_s.length - 1; a += CHUNK) {
    const b = Math.min(a + CHUNK, other.t_s.length - 1);
    const ring: [number, number][] = [];
    for (let k = a; k <= b; k += 1) ring.push(beside(other.lon_deg[k], other.lat_deg[k], other.course_deg[k], other.left_m[k]));
    for (let k = b; k >= a; k -= 1) ring.push(beside(other.lon_deg[k], other.lat_deg[k], other.course_deg[k], other.right_m[k]));
    out.push(feature({ type: 'Polygon', coordinates: [[...ring, ring[0]]] }));
  }
  put(map, 'inc-other', out);
}

export function drawPlots(map: MapLibre, view: View, track: Track | undefined): void {
  put(map, 'inc-plots', (track?.plots ?? []).flatMap((plots) => {
    const icon = `plot-${sensorAt(view.sensors, plots.sensor)}`;
    return plots.t_s.flatMap((t, k) => (plots.lon_deg[k] === null ? [] : [feature({ type: 'Point', coordinates: [plots.lon_deg[k] as number, plots.lat_deg[k] as number] }, { t: plots.arrival_s?.[k] ?? t, icon, sensor: plots.sensor })]));
  }));
}

/** Which plots may be shown, and which are new. */
export function filterPlots(map: MapLibre, t: number, limit: number): void {
  if (!map.getLayer('inc-plots')) return;
  map.setFilter('inc-plots', Number.isFinite(limit) ? ['<=', ['get', 't'], limit] : null);
  map.setFilter('inc-plots-now', ['all', ['>=', ['get', 't'], t - TRAIL_S], ['<=', ['get', 't'], Math.min(t, limit)]]);
}

export function sensorAt(sensors: readonly Sensor[], id: string): number {
  return Math.max(0, sensors.findIndex((each) => each.id === id)) % MARKS.length;
}

export interface Here {
  lon: number;
  lat: number;
  course: number;
  inside: boolean;
  major_m: number | null;
  minor_m: number | null;
  bearing_deg: number | null;
}

/** The aircraft itself is an element over the map: it moves without the map being drawn again. */
export function aircraft(): Marker {
  const element = document.createElement('div');
  element.className = 'inc-aircraft';
  element.setAttribute('aria-hidden', 'true');
  element.innerHTML = '<svg viewBox="-20 -20 40 40" width="38" height="38"><path d="M0-15 10 12 0 6-10 12Z" stroke-width="2" stroke-linejoin="round" /></svg>';
  return new Marker({ element, rotationAlignment: 'map', pitchAlignment: 'map' });
}

export function place(marker: Marker, map: MapLibre, here: Here | null): void {
  if (!here) {
    marker.remove();
    return;
  }
  marker.setLngLat([here.lon, here.lat]).setRotation(here.course);
  if (!marker.getElement().isConnected) marker.addTo(map);
  marker.getElement().classList.toggle('inside', here.inside);
}

/** The ellipse that holds it with 95 %. */
export function drawEllipse(map: MapLibre, here: Here | null): void {
  if (!here || here.major_m === null || here.minor_m === null) return put(map, 'inc-now', []);
  put(map, 'inc-now', [feature(ellipse(here.lon, here.lat, ELLIPSE_95 * here.major_m, ELLIPSE_95 * here.minor_m, here.bearing_deg ?? 0), { inside: here.inside })]);
}

/** From each radar to its last plot: the older, the fainter. */
export function drawBeams(map: MapLibre, view: View, track: Track | undefined, t: number, limit: number, theme: Theme): void {
  const out: Feature[] = [];
  for (const plots of track?.plots ?? []) {
    const sensor = view.sensors.find((each) => each.id === plots.sensor);
    const k = lastBefore(plots.t_s, Math.min(t, limit));
    if (!sensor || k < 0 || plots.lon_deg[k] === null) continue;
    const age = t - plots.t_s[k];
    if (age > 1.5 * sensor.rotation_s) continue;
    out.push(feature(
      { type: 'LineString', coordinates: [[sensor.lon_deg, sensor.lat_deg], [plots.lon_deg[k] as number, plots.lat_deg[k] as number]] },
      { colour: SENSOR[theme][sensorAt(view.sensors, sensor.id)], strength: Math.max(0.12, 0.6 * (1 - age / (1.5 * sensor.rotation_s))) },
    ));
  }
  put(map, 'inc-beams', out);
}

export function drawEnds(map: MapLibre, ends: { lon: number; lat: number; text: string }[]): void {
  put(map, 'inc-ends', ends.map((each) => feature({ type: 'Point', coordinates: [each.lon, each.lat] }, { text: each.text })));
}

/** The box of a track, for the first look. */
export function extent(track: Track | undefined): [number, number, number, number] | null {
  if (!track?.t_s.length) return null;
  return [Math.min(...track.lon_deg), Math.min(...track.lat_deg), Math.max(...track.lon_deg), Math.max(...track.lat_deg)];
}

export function asGeoJson(view: View): Features {
  const features: Feature[] = [];
  for (const track of view.tracks) {
    const about = { case: view.case.id, track: track.id, synthetic: view.case.synthetic, tlp: view.case.tlp };
    features.push(feature(
      { type: 'LineString', coordinates: track.t_s.map((_, k) => [track.lon_deg[k], track.lat_deg[k]]) },
      { ...about, what: 'fused track', t0_utc: view.t0_utc, t_s: track.t_s },
    ));
    for (const piece of corridorPieces(track, view.answers.find((each) => each.track === track.id)?.p, Infinity)) {
      features.push(feature(piece.geometry, { ...about, what: `corridor ${piece.properties?.share} %`, inside: piece.properties?.inside }));
    }
  }
  for (const each of view.boundaries) if (each.line) features.push(feature(each.line, { what: 'limit', volume: each.volume, hypothesis: each.hypothesis, sha256: each.sha256 }));
  for (const each of view.places) features.push(feature({ type: 'Point', coordinates: [each.lon_deg, each.lat_deg] }, { what: 'place', title: each.title }));
  return { type: 'FeatureCollection', features };
}
