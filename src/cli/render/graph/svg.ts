import { clean } from '../../output.ts';
import { closed, curve, rounded as n, outlineOf } from './geometry.ts';
import { counted, ENTRY, LINE, noteLine, type Placed, type PlacedEdge, type PlacedNode, placed } from './layout.ts';
import type { Plan } from './plan.ts';

/**
 * A graph as an SVG document that needs nothing else: no script, no font, no link. It follows the light or dark scheme
 * of whoever looks at it. All text is escaped: names and conditions are a skill author's.
 */
export async function svgOf(plan: Plan): Promise<string> {
  const drawing = await placed(plan);
  const [left, top, width, height] = [drawing.left, drawing.top, drawing.width, drawing.height].map(n);
  const about = `${plan.about === '' ? '' : `${plan.about} `}${wordsOf(plan)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" role="img" aria-labelledby="reyn-title reyn-desc" class="reyn">`,
    `<title id="reyn-title">${escaped(`Graph of ${plan.name}`)}</title>`,
    `<desc id="reyn-desc">${escaped(about)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs>${arrow('tip')}${arrow('tip-taken')}</defs>`,
    `<rect class="paper" x="${left}" y="${top}" width="${width}" height="${height}"/>`,
    ...entryMark(drawing),
    ...drawing.edges.map(line),
    ...drawing.nodes.map(box),
    ...drawing.edges.map(label),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = [
  '.reyn{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#818b98;--fill:#f6f8fa;--edge:#d1d9e0;--go:#0969da;--taken:#1a7f37}',
  '@media (prefers-color-scheme:dark){.reyn{--paper:#0d1117;--ink:#f0f6fc;--soft:#9198a1;--line:#7d8590;--fill:#151b23;--edge:#3d444d;--go:#4493f8;--taken:#3fb950}}',
  '.paper{fill:#fff;fill:var(--paper)}',
  '.box{fill:#f6f8fa;fill:var(--fill);stroke:#818b98;stroke:var(--line);stroke-width:1.2}',
  '.entry .box{stroke:#0969da;stroke:var(--go);stroke-width:2}',
  '.steps .box{stroke-dasharray:5 3}',
  '.end .box{fill:none}',
  '.taken .box{stroke:#1a7f37;stroke:var(--taken);stroke-width:2.5}',
  '.idle{opacity:.45}',
  '.name{font-size:14px;font-weight:600;fill:#1f2328;fill:var(--ink)}',
  '.note,.label text{font-size:11px;fill:#59636e;fill:var(--soft)}',
  'text{text-anchor:middle}',
  '.label rect{fill:#fff;fill:var(--paper)}',
  '.line{fill:none;stroke:#818b98;stroke:var(--line);stroke-width:1.4}',
  '.line.taken{stroke:#1a7f37;stroke:var(--taken);stroke-width:2.5}',
  '.dot{fill:#0969da;fill:var(--go)}',
  '#tip path{fill:#818b98;fill:var(--line)}',
  '#tip-taken path{fill:#1a7f37;fill:var(--taken)}',
].join('');

function arrow(id: string): string {
  return `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1L10 5L0 9z"/></marker>`;
}

/** A dot above the first phase with an arrow into it. */
function entryMark({ nodes }: Placed): string[] {
  const first = nodes.find(({ node }) => node.entry);
  if (first === undefined) return [];
  const top = first.y - first.height / 2;
  const dot = top - ENTRY + 5;
  return [
    `<circle class="dot" cx="${n(first.x)}" cy="${n(dot)}" r="5"/>`,
    `<path class="line" d="M${n(first.x)} ${n(dot + 5)}L${n(first.x)} ${n(top)}" marker-end="url(#tip)"/>`,
  ];
}

function box(placed: PlacedNode): string {
  const { node, x, y } = placed;
  const { name, note, shape, entry, times } = node;
  const state = times === undefined ? '' : times > 0 ? ' taken' : ' idle';
  const said = noteLine(note);
  const texts =
    said === ''
      ? [text('name', x, y + 5, counted(name, times))]
      : [text('name', x, y - 3, counted(name, times)), text('note', x, y + 14, said)];
  return [
    `<g class="node ${shape}${entry ? ' entry' : ''}${state}">`,
    `<title>${escaped(`${name}: ${note}`)}</title>`,
    outline(placed),
    ...texts,
    '</g>',
  ].join('');
}

function outline({ node: { shape }, ...box }: PlacedNode): string {
  if (shape === 'steps') return `<path class="box" d="${closed(outlineOf(shape, box))}"/>`;
  const { x, y, width, height } = box;
  const [left, top, bottom] = [x - width / 2, y - height / 2, y + height / 2].map(n);
  const round = shape === 'end' ? height / 2 : 7;
  const rect = `<rect class="box" x="${left}" y="${top}" width="${n(width)}" height="${n(height)}" rx="${n(round)}"/>`;
  if (shape !== 'skill') return rect;
  const bars = [x - width / 2 + 8, x + width / 2 - 8].map((at) => `M${n(at)} ${top}L${n(at)} ${bottom}`).join('');
  return `${rect}<path class="box" d="${bars}"/>`;
}

function line({ edge, points }: PlacedEdge): string {
  const taken = (edge.times ?? 0) > 0;
  const state = taken ? ' taken' : edge.times === undefined ? '' : ' idle';
  const about = [
    `${edge.from} → ${edge.to}`,
    ...edge.label,
    ...(edge.description === undefined ? [] : [edge.description]),
  ];
  return `<path class="line${state}" d="${curve(points)}" marker-end="url(#${taken ? 'tip-taken' : 'tip'})"><title>${escaped(about.join('\n'))}</title></path>`;
}

function label({ edge, lines, label: at }: PlacedEdge): string {
  if (lines.length === 0) return '';
  const top = at.y - at.height / 2;
  const idle = edge.times === 0 ? ' idle' : '';
  const texts = lines.map((each, index) => text('', at.x, top + (index + 1) * LINE - 2, each));
  const paper = `<rect x="${n(at.x - at.width / 2)}" y="${n(top)}" width="${n(at.width)}" height="${n(at.height)}"/>`;
  return `<g class="label${idle}">${paper}${texts.join('')}</g>`;
}

function text(kind: string, x: number, y: number, words: string): string {
  const of = kind === '' ? '' : ` class="${kind}"`;
  return `<text${of} x="${n(x)}" y="${n(y)}">${escaped(words)}</text>`;
}

/** The graph in words, for those who hear it. */
function wordsOf({ nodes, edges }: Plan): string {
  const entry = nodes.find((node) => node.entry)?.name ?? '';
  const ways = edges.map(({ from, to }) => `${from} to ${to}`).join(', ');
  return `Begins with ${entry}. Leads from ${ways}.`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text inside an element or an attribute, of characters XML may hold. */
function escaped(words: string): string {
  return clean(words)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
