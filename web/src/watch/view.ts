/** From longitude and latitude to pixels of the map: north is up, so it is a shift and a scale. */
import type { MapLibre } from '../lib/map';

export interface View {
  left: number; // of the map, in world units of 0 to 1
  top: number;
  scale: number; // pixels for the whole world
  width_px: number;
  height_px: number;
}

/** Web Mercator, 0 to 1. */
export function mercator(lon_deg: number, lat_deg: number): [number, number] {
  const sin = Math.sin((lat_deg * Math.PI) / 180);
  return [lon_deg / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

export function unmercator(x: number, y: number): [number, number] {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}

export function viewOf(map: MapLibre): View {
  const { lng, lat } = map.getCenter();
  const scale = 512 * 2 ** map.getZoom();
  const { clientWidth, clientHeight } = map.getContainer();
  const [x, y] = mercator(lng, lat);
  return { left: x - clientWidth / 2 / scale, top: y - clientHeight / 2 / scale, scale, width_px: clientWidth, height_px: clientHeight };
}

export function pixel(view: View, at: readonly [number, number]): [number, number] {
  const [x, y] = mercator(at[0], at[1]);
  return [(x - view.left) * view.scale, (y - view.top) * view.scale];
}

/** A canvas over the map, as large as it, that lets the pointer through. */
export function overlay(map: MapLibre, name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = name;
  canvas.setAttribute('aria-hidden', 'true');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none';
  map.getCanvasContainer().appendChild(canvas);
  return canvas;
}

/** Give a canvas the size of the view; returns pixels of the screen for one of the page. */
export function fit(canvas: HTMLCanvasElement, view: View): number {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [Math.max(1, Math.round(view.width_px * ratio)), Math.max(1, Math.round(view.height_px * ratio))];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return ratio;
}
