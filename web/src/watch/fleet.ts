/** All aircraft, on a canvas of their own over the map: twenty thousand move without a graphics card.
 *
 * The map under them is not drawn anew when they move.  Each is a few dozen pixels set from a
 * prepared picture; between two messages it moves on with the speed it had.  A track that is not
 * heard of for `COAST_S` stays where it would be then: it is not flown on into the blue.
 */
import type { Track } from '../lib/live.svelte';
import { watchTime } from '../lib/clock.svelte';
import { HEADINGS, indexOf, SHAPES, sprites, type Paint, type Sprite } from './sprites';
import { fit, mercator, unmercator, type View } from './view';

export const COAST_S = 20;
const EARTH_M = 40_075_016.68557849;
const STRIDE = 6; // x, y, x speed, y speed, time, sprite
/** Above so many the pictures are small. */
const CROWD = 3000;

export class Fleet {
  frames = 0;
  private points = new Float64Array(1024 * STRIDE);
  private ids: string[] = [];
  private slots = new Map<string, number>();
  private count = 0;
  private epoch_ms = NaN;
  private pictures: Sprite[] = [];
  private pictured = ''; // for which ratio and size
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);

  constructor(private paint: Paint) {}

  setColours(paint: Paint): void {
    this.paint = paint;
    this.pictured = '';
  }

  /** Forget all. */
  clear(): void {
    this.count = 0;
    this.ids = [];
    this.slots.clear();
  }

  /** Take in a track, new or moved; one without a position leaves the map. */
  set(track: Track): void {
    if (track.lon_deg === null || track.lat_deg === null) return this.remove(track.id);
    if (!Number.isFinite(this.epoch_ms)) this.epoch_ms = track.at_ms;
    let slot = this.slots.get(track.id);
    if (slot === undefined) {
      slot = this.count++;
      this.slots.set(track.id, slot);
      this.ids[slot] = track.id;
      if (this.count * STRIDE > this.points.length) {
        const more = new Float64Array(this.points.length * 2);
        more.set(this.points);
        this.points = more;
      }
    }
    const [x, y] = mercator(track.lon_deg, track.lat_deg);
    const known = track.track_deg !== null && track.gs_mps !== null;
    const heading = ((track.track_deg ?? 0) * Math.PI) / 180;
    const v = (known ? (track.gs_mps ?? 0) : 0) / (EARTH_M * Math.cos((track.lat_deg * Math.PI) / 180));
    const shape = track.cooperative === null || (track.cooperative && !known) ? SHAPES.circle : track.cooperative ? SHAPES.arrow : SHAPES.diamond;
    const strength = track.state === 'lost' ? 2 : track.state === 'coasting' ? 1 : 0;
    const k = slot * STRIDE, p = this.points;
    p[k] = x;
    p[k + 1] = y;
    p[k + 2] = v * Math.sin(heading);
    p[k + 3] = -v * Math.cos(heading);
    p[k + 4] = (track.at_ms - this.epoch_ms) / 1000 - (track.age_s ?? 0);
    p[k + 5] = indexOf(shape, track.track_deg ?? 0, strength);
  }

  remove(id: string): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    const last = --this.count;
    if (slot !== last) {
      this.points.copyWithin(slot * STRIDE, last * STRIDE, (last + 1) * STRIDE);
      this.ids[slot] = this.ids[last];
      this.slots.set(this.ids[slot], slot);
    }
    this.ids.length = last;
    this.slots.delete(id);
  }

  /** Where a track is drawn now, as longitude and latitude; null if it is not. */
  at(id: string): [number, number] | null {
    const slot = this.slots.get(id);
    if (slot === undefined) return null;
    const p = this.points, k = slot * STRIDE;
    const dt = Math.max(0, Math.min(COAST_S, this.now() - p[k + 4]));
    return unmercator(p[k] + p[k + 2] * dt, p[k + 1] + p[k + 3] * dt);
  }

  /** The track that is drawn nearest to a point of the screen, within some pixels. */
  nearest(view: View, x_px: number, y_px: number, within_px = 16): string | null {
    const x0 = view.left + x_px / view.scale, y0 = view.top + y_px / view.scale;
    const p = this.points, now = this.now();
    let best = (within_px / view.scale) ** 2;
    let found: string | null = null;
    for (let i = 0, k = 0; i < this.count; i++, k += STRIDE) {
      const dt = Math.max(0, Math.min(COAST_S, now - p[k + 4]));
      const dx = p[k] + p[k + 2] * dt - x0, dy = p[k + 1] + p[k + 3] * dt - y0;
      const d = dx * dx + dy * dy;
      if (d < best) {
        best = d;
        found = this.ids[i];
      }
    }
    return found;
  }

  /** Draw all on a canvas that was put over the map. */
  draw(canvas: HTMLCanvasElement, view: View): void {
    const ratio = fit(canvas, view);
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    if (!pen) return;
    const size = this.count > CROWD ? 0.62 : 1;
    if (this.pictured !== `${ratio} ${size}`) {
      this.pictures = sprites(this.paint, ratio, size);
      this.pictured = `${ratio} ${size}`;
    }
    const { width, height } = canvas;
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = pen.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    } else this.pixels.fill(0);
    const scale = view.scale * ratio, p = this.points, now = this.now(), pixels = this.pixels;
    const others: number[] = []; // what does not answer lies over what does
    const put = (k: number): void => {
      const dt = Math.max(0, Math.min(COAST_S, now - p[k + 4]));
      const x = Math.round((p[k] + p[k + 2] * dt - view.left) * scale);
      const y = Math.round((p[k + 1] + p[k + 3] * dt - view.top) * scale);
      const { dx, dy, colour, reach } = this.pictures[p[k + 5]];
      if (x < -reach || y < -reach || x > width + reach || y > height + reach) return;
      const whole = x >= reach && y >= reach && x < width - reach && y < height - reach;
      for (let j = 0; j < colour.length; j++) {
        const px = x + dx[j], py = y + dy[j];
        if (!whole && (px < 0 || py < 0 || px >= width || py >= height)) continue;
        const at = py * width + px;
        // A soft rim does not rub out what lies under it.
        if (colour[j] >>> 24 >= pixels[at] >>> 24) pixels[at] = colour[j];
      }
    };
    for (let i = 0, k = 0; i < this.count; i++, k += STRIDE) {
      if (p[k + 5] % (HEADINGS + 2) >= HEADINGS) others.push(k);
      else put(k);
    }
    others.forEach(put);
    pen.putImageData(this.image, 0, 0);
    this.frames += 1;
  }

  private now(): number {
    return (watchTime() - this.epoch_ms) / 1000 || 0;
  }
}
