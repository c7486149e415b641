import type { Shape } from './plan.ts';

export type Point = { readonly x: number; readonly y: number };
/** `x`, `y` are its middle. */
export type Box = Point & { readonly width: number; readonly height: number };

/** How far the sides of a phase without a model slant. */
const SLANT = 12;

/** The corners of a box of a shape, clockwise. */
export function outlineOf(shape: Shape, { x, y, width, height }: Box): readonly Point[] {
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  if (shape !== 'steps') return corners([left, top], [right, top], [right, bottom], [left, bottom]);
  const [from, to] = [left + SLANT, right - SLANT];
  return corners([from, top], [to, top], [right, y], [to, bottom], [from, bottom], [left, y]);
}

function corners(...points: readonly (readonly [number, number])[]): readonly Point[] {
  return points.map(([x, y]) => ({ x, y }));
}

/** Where the way from the middle to `towards` crosses an outline. */
export function touch(middle: Point, outline: readonly Point[], towards: Point): Point {
  const [dx, dy] = [towards.x - middle.x, towards.y - middle.y];
  let nearest = 1;
  for (const [index, a] of outline.entries()) {
    const b = outline[(index + 1) % outline.length] ?? a;
    const [ex, ey] = [b.x - a.x, b.y - a.y];
    const cross = dx * ey - dy * ex;
    if (cross === 0) continue;
    const along = ((a.x - middle.x) * ey - (a.y - middle.y) * ex) / cross;
    const side = ((a.x - middle.x) * dy - (a.y - middle.y) * dx) / cross;
    if (along > 0 && side >= 0 && side <= 1) nearest = Math.min(nearest, along);
  }
  return { x: middle.x + dx * nearest, y: middle.y + dy * nearest };
}

/** A line that leaves a box on its right and comes back there, `out` pixels wide. */
export function loopOf({ x, y, width, height }: Box, out: number): readonly Point[] {
  const right = x + width / 2;
  const reach = height / 4;
  return [
    { x: right, y: y - reach },
    { x: right + out, y: y - reach },
    { x: right + out, y: y + reach },
    { x: right, y: y + reach },
  ];
}

/** A path through the first and the last point that bends near the others. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const to = index === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${pair(point)} ${pair(to)}`;
  });
  return `M${pair(first)}${bends.length === 0 ? `L${pair(last)}` : bends.join('')}`;
}

export function closed(points: readonly Point[]): string {
  return `M${points.map(pair).join('L')}z`;
}

function pair({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
