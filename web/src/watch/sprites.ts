/** Small pictures of aircraft as lists of pixels, one for each heading. */

export interface Sprite {
  dx: Int16Array;
  dy: Int16Array;
  colour: Uint32Array; // as the bytes of ImageData lie in memory
  reach: number; // the furthest of dx, dy
}

export interface Paint { track: string; dark: string; unknown: string; halo: string }
export const HEADINGS = 72;
export const SHAPES = { arrow: 0, diamond: 1, circle: 2 } as const;
/** How strongly a track is drawn: seen, coasting, lost. */
export const STRENGTHS = [1, 0.62, 0.42];

type Draw = (pen: OffscreenCanvasRenderingContext2D) => void;

/** All sprites; `indexOf` says which is which. */
export function sprites(paint: Paint, ratio: number, size = 1): Sprite[] {
  const out: Sprite[] = [];
  for (const strength of STRENGTHS) {
    for (let k = 0; k < HEADINGS; k++) out.push(sprite(ratio * size, strength, (pen) => arrow(pen, (k * 2 * Math.PI) / HEADINGS, paint)));
    out.push(sprite(ratio * Math.max(size, 0.8), strength, (pen) => diamond(pen, paint)));
    out.push(sprite(ratio * Math.max(size, 0.8), strength, (pen) => circle(pen, paint)));
  }
  return out;
}

/** The sprite of a shape, a heading and a strength. */
export function indexOf(shape: number, heading_deg: number, strength: number): number {
  const turn = shape === SHAPES.arrow ? ((Math.round((heading_deg * HEADINGS) / 360) % HEADINGS) + HEADINGS) % HEADINGS : HEADINGS + shape - 1;
  return strength * (HEADINGS + 2) + turn;
}

function sprite(ratio: number, strength: number, draw: Draw): Sprite {
  const half = Math.ceil(11 * ratio);
  const canvas = new OffscreenCanvas(2 * half + 1, 2 * half + 1);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) throw new Error('this browser draws no canvas');
  pen.translate(half + 0.5, half + 0.5);
  pen.scale(ratio, ratio);
  pen.lineJoin = 'round';
  draw(pen);
  const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
  const dx: number[] = [], dy: number[] = [], colour: number[] = [];
  let reach = 0;
  for (let y = 0, k = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++, k += 4) {
      const alpha = Math.round(picture.data[k + 3] * strength);
      if (alpha < 24) continue;
      dx.push(x - half);
      dy.push(y - half);
      reach = Math.max(reach, Math.abs(x - half), Math.abs(y - half));
      colour.push(((alpha << 24) | (picture.data[k + 2] << 16) | (picture.data[k + 1] << 8) | picture.data[k]) >>> 0);
    }
  }
  return { dx: Int16Array.from(dx), dy: Int16Array.from(dy), colour: Uint32Array.from(colour), reach };
}

function arrow(pen: OffscreenCanvasRenderingContext2D, turn: number, paint: Paint): void {
  pen.rotate(turn);
  pen.beginPath();
  pen.moveTo(0, -6.5);
  pen.lineTo(4.6, 5.2);
  pen.lineTo(0, 2.8);
  pen.lineTo(-4.6, 5.2);
  pen.closePath();
  pen.strokeStyle = paint.halo;
  pen.lineWidth = 2.4;
  pen.stroke();
  pen.fillStyle = paint.track;
  pen.fill();
}

// Hollow: what does not answer, or cannot be told, differs from the rest without any colour.
function diamond(pen: OffscreenCanvasRenderingContext2D, paint: Paint): void {
  const path = new Path2D('M0-5.500 5.500 0 0 5.500-5.500 0Z');
  hollow(pen, path, paint.halo, paint.dark);
}

function circle(pen: OffscreenCanvasRenderingContext2D, paint: Paint): void {
  const path = new Path2D();
  path.arc(0, 0, 4.2, 0, 2 * Math.PI);
  hollow(pen, path, paint.halo, paint.unknown);
}

function hollow(pen: OffscreenCanvasRenderingContext2D, path: Path2D, halo: string, colour: string): void {
  pen.strokeStyle = halo;
  pen.lineWidth = 4.6;
  pen.stroke(path);
  pen.strokeStyle = colour;
  pen.lineWidth = 2.2;
  pen.stroke(path);
}
