import { describe, expect, it } from 'vitest';
import { placed } from '../../src/cli/render/graph/layout.ts';
import { mermaidOf } from '../../src/cli/render/graph/mermaid.ts';
import { planOf } from '../../src/cli/render/graph/plan.ts';
import { svgOf } from '../../src/cli/render/graph/svg.ts';
import { type Edge, NO_PERMISSIONS, type Phase, type Skill } from '../../src/os/skills/skill.ts';
import { inProject } from '../project.ts';
import { reyn } from './surroundings.ts';

const edge = (to: string, rest: Partial<Edge> = {}): Edge => ({ to, when: [], carry: {}, ...rest });
const phase = (name: string, modelClass = 'standard'): Phase => ({
  name,
  input: ['note'],
  modelClass,
  maxActTurns: 3,
  preprocessor: [],
  instructions: 'x',
});

const SKILL: Skill = {
  name: 'letter',
  description: 'Says <b>"so & so"</b>.',
  origin: 'project',
  dir: 'reyn/project/letter',
  kind: 'graph',
  entry: 'draft',
  finalOutput: 'letter',
  code: {},
  finishCriteria: [],
  phases: { draft: phase('draft'), score: phase('score', 'none') },
  artifacts: {},
  graph: {
    draft: [
      edge('@check', { carry: { text: { path: 'input.text', root: 'input', segments: ['text'] } } }),
      edge('draft'),
    ],
    '@check': [edge('score')],
    score: [
      edge('draft', {
        when: [
          { path: 'note', root: 'artifact', segments: ['note'], schema: { const: '"]; click <x> | #1' } },
          { path: 'visits.draft', root: 'visits', segments: ['draft'], schema: { maximum: 2 } },
        ],
        description: 'once & more',
      }),
      edge('end'),
    ],
  },
  permissions: NO_PERMISSIONS,
  limits: {},
  library: {},
  fingerprint: 'f'.repeat(64),
  skillMdSha256: 'e'.repeat(64),
};

const WAY = [
  { from: 'draft', to: '@check' },
  { from: '@check', to: 'score' },
  { from: 'score', to: 'draft' },
  { from: 'draft', to: undefined },
];

describe('the graph as Mermaid', () => {
  it('has a shape for each kind of node, guards and carry on the edges, and nothing that ends a label early', () => {
    expect(mermaidOf(planOf(SKILL))).toBe(
      [
        'flowchart TD',
        '  accTitle: Graph of letter',
        '  start(( ))',
        '  n0["draft<br/>takes note · standard"]',
        '  n1[["@check<br/>runs this skill"]]',
        '  n2{{"score<br/>takes note · no model"}}',
        '  n3(["end<br/>gives letter"])',
        '  start --> n0',
        '  n0 -->|"text = input.text"| n1',
        '  n0 --> n0',
        '  n1 --> n2',
        '  n2 -->|"when note = #34;#92;#34;]; click #60;x#62; #124; #35;1#34;<br/>when visits.draft ≤ 2"| n0',
        '  n2 --> n3',
        '',
      ].join('\n'),
    );
  });

  it('marks the way of a run, and how often it went where', () => {
    const lines = mermaidOf(planOf(SKILL, WAY)).split('\n');
    expect(lines).toContain('  n0["draft × 2<br/>takes note · standard"]');
    expect(lines).toContain('  class n0,n1,n2 taken');
    expect(lines).toContain('  linkStyle 1,3,4 stroke:#2da44e,stroke-width:3px'); // the way in counts as the first
  });
});

/** Names of elements in the order they open; throws where one is not closed, or a text holds a bare sign. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const found: string[] = [];
  let rest = xml;
  while (rest !== '') {
    const [tag, close = '', name = '', empty = ''] =
      /^<(\/?)([a-z]+)(?:\s[a-zA-Z-]+="[^"<&]*(?:&[a-z#0-9]+;[^"<&]*)*")*(\/?)>/.exec(rest) ?? [];
    const [words = ''] = /^[^<&]+|^&(?:amp|lt|gt|quot|apos);/.exec(rest) ?? [];
    if (tag === undefined && words === '') throw new Error(`not XML at: ${rest.slice(0, 60)}`);
    rest = rest.slice((tag ?? words).length);
    if (tag === undefined) continue;
    if (close === '/' && open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    if (close === '') found.push(name);
    if (close === '' && empty === '') open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open}`);
  return found;
}

describe('the graph as SVG', () => {
  it('is a document that stands alone: well-formed, titled, light and dark, without script or link', async () => {
    const svg = await svgOf(planOf(SKILL));
    const elements = elementsOf(svg.trim());
    expect(elements.slice(0, 4)).toEqual(['svg', 'title', 'desc', 'style']);
    expect(elements).not.toContain('script');
    expect(svg).toContain('role="img" aria-labelledby="reyn-title reyn-desc"');
    expect(svg).toContain('Says &lt;b&gt;&quot;so &amp; so&quot;&lt;/b&gt;.');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('once &amp; more');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|@import/);
    for (const kind of ['node phase entry', 'node skill', 'node steps', 'node end'])
      expect(svg).toContain(`class="${kind}"`);
  });

  it('lets no two boxes and no label overlap, and keeps everything inside its frame', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `phase_number_${i}`);
    const graph = Object.fromEntries(
      names.map((name, i) => [
        name,
        [
          edge(names[i + 1] ?? 'end'),
          edge(names[(i * 5) % 12] ?? 'end', {
            carry: { a: { path: 'run.input.a', root: 'run_input', segments: ['a'] } },
          }),
        ],
      ]),
    );
    const big = {
      ...SKILL,
      entry: 'phase_number_0',
      graph,
      phases: Object.fromEntries(names.map((name) => [name, phase(name)])),
    };
    const { nodes, edges, left, top, width, height } = await placed(planOf(big));
    const boxes = [...nodes, ...edges.filter(({ lines }) => lines.length > 0).map(({ label }) => label)];
    for (const [i, a] of boxes.entries()) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(left);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(left + width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(top + height);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect({ apart, a, b }).toMatchObject({ apart: true });
      }
    }
  });

  it('marks the way of a run and lets the rest step back', async () => {
    const svg = await svgOf(planOf(SKILL, WAY));
    expect(svg.match(/class="line taken"/g)).toHaveLength(3);
    expect(svg.match(/class="line idle"/g)).toHaveLength(2);
    expect(svg).toContain('class="node end idle"');
    expect(svg).toContain('draft × 2');
  });
});

describe('--graph', () => {
  const load = {
    skills: {
      list: () => [],
      folders: () => [],
      lint: () => [],
      load: () => SKILL,
      copy: async () => '',
      exportTo: async () => '',
      bundleTo: async () => '',
      importFrom: async () => '',
      create: async () => [],
      vacant: () => undefined,
      adopt: async () => [],
      reshape: async () => ({ skill: '', folder: '', written: false, changes: [] }),
    },
  };

  it('is text unless another form is named, and one document with --json', async () => {
    expect((await reyn(['skill', 'show', 'letter', '--graph'], load)).out).toMatch(/^● draft/);
    expect((await reyn(['skill', 'show', 'letter', '--graph', 'mermaid'], load)).out).toMatch(/^flowchart TD/);
    const { out } = await reyn(['skill', 'show', 'letter', '--graph', 'svg', '--json'], load);
    expect(JSON.parse(out)).toMatchObject({ skill: 'letter', form: 'svg', graph: expect.stringMatching(/^<svg/) });
    const wrong = await reyn(['skill', 'show', 'letter', '--graph', 'svgg'], load);
    expect(wrong).toMatchObject({ exit: 2, err: expect.stringContaining('Did you mean svg?') });
  });

  it('of a run shows the skill as the run was pinned to it', () => {
    const md = '---\ntype: skill\nname: note\nartifacts: { note: { text: string } }\n---\nx\n';
    return inProject({ skills: { note: { md, rules: [{ turn: { finish: { text: 'y' } } }] } } }, async (project) => {
      const { run } = await project.run('note', 'x');
      project.skill('note', {
        md: md.replace('name: note', 'name: note\ngraph: { a: [end] }').concat('## phase: a\nx'),
      });
      const { out } = await reyn(['runs', 'show', run, '--graph', 'mermaid'], project.reyn);
      expect(out).toContain('n0["note<br/>takes user_message · standard"]');
      expect(out).toContain('class n0,n1 taken');
    });
  });
});
