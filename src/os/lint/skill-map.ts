import type { Place, SkillDocument } from '../skills/document.ts';
import { type ArtifactType, type Edge, END, type Guard, type Phase, type Skill, type Step } from '../skills/skill.ts';
import { reversed, type Walk, walk, walker } from './walk.ts';

/** A place, looked up when something is reported there: positions are read from the text anew. */
export type Placed = () => Place;

/** The parts of a skill by what lint asks of them: reach, types along an edge, guards, steps, and where each is written. */
export type SkillMap = {
  /** Phases in the order of the graph. */
  readonly phases: readonly Phase[];
  /** Phases some path from the entry leads to. */
  readonly reachable: ReadonlySet<string>;
  /** Phases from which some path leads to the end. */
  readonly ending: ReadonlySet<string>;
  /** Those that ask for anything. */
  readonly guards: readonly GuardPlace[];
  readonly steps: readonly StepPlace[];
  edges(phase: string): readonly Edge[];
  /** Artifact types that may leave along an edge. */
  typesOf(edge: Edge): readonly ArtifactType[];
  inputTypes(phase: Phase): readonly ArtifactType[];
  /** What a phase may leave behind: the types of all its edges. */
  leavingTypes(phase: Phase): readonly ArtifactType[];
  /**
   * Phases reached from `start` (itself only through a cycle) along one edge or more, never through `avoid`. `undefined`
   * once so many walks were made of so large a graph that lint would not end in time.
   */
  readonly after: Walk;
  edgePlace(phase: string, index: number, ...path: (string | number)[]): Placed;
  phasePlace(phase: string, ...path: (string | number)[]): Placed;
  artifactPlace(artifact: string, ...path: (string | number)[]): Placed;
  skillPlace(...path: (string | number)[]): Placed;
};

/** A guard with the types its `input` and artifact paths may look into. */
export type GuardPlace = {
  readonly guard: Guard;
  /** The phase it is in; absent in the postprocessor. */
  readonly phase: string | undefined;
  readonly edge: Edge | undefined;
  readonly inputs: readonly ArtifactType[];
  readonly artifacts: readonly ArtifactType[];
  /** First parts of paths that earlier steps write to, whatever the types declare. */
  readonly written: ReadonlySet<string>;
  at(path: string): Placed;
};

export type StepPlace = {
  readonly step: Step;
  readonly phase: string | undefined;
  readonly index: number;
  /** Types of the artifact the step works on. */
  readonly types: readonly ArtifactType[];
  /** Types that may declare what the step writes: without a model, also those of what leaves the phase. */
  readonly takers: readonly ArtifactType[];
  /** First parts of the paths that the steps before it write to. */
  readonly written: ReadonlySet<string>;
  at(...path: (string | number)[]): Placed;
};

export function mapSkill(skill: Skill, document: SkillDocument): SkillMap {
  const phases = Object.values(skill.phases);
  const edges = (phase: string) => (Object.hasOwn(skill.graph, phase) ? (skill.graph[phase] ?? []) : []);
  const types = (names: readonly string[]) => names.flatMap((name) => artifactOf(skill, name) ?? []);
  /** By where an edge leads. */
  const taken = new Map(phases.map(({ name, input }) => [name, types(input)]));
  taken.set(END, types([skill.finalOutput]));
  const typesOf = (edge: Edge) => taken.get(edge.to) ?? [];
  const inputTypes = (phase: Phase) => taken.get(phase.name) ?? [];
  const onward = (phase: string) => edges(phase).map((edge) => edge.to);
  const after = walker(onward);
  const back = reversed(phases, edges);
  const places = placesOf(document);
  const left = new Map(phases.map(({ name }) => [name, [...new Set(edges(name).flatMap(typesOf))]]));
  const leavingTypes = (phase: Phase) => left.get(phase.name) ?? [];
  const steps = stepPlaces(skill, phases, { inputTypes, leavingTypes, ...places });
  return {
    phases,
    reachable: new Set([skill.entry, ...walk(skill.entry, onward)]),
    ending: walk(END, (phase) => back.get(phase) ?? []),
    guards: [...edgeGuards(phases, { edges, typesOf, inputTypes, ...places }), ...steps.flatMap(stepGuard)],
    steps,
    edges,
    typesOf,
    inputTypes,
    leavingTypes,
    after,
    ...places,
  };
}

export function phaseOf(skill: Skill, name: string): Phase | undefined {
  return Object.hasOwn(skill.phases, name) ? skill.phases[name] : undefined;
}

export function artifactOf(skill: Skill, name: string): ArtifactType | undefined {
  return Object.hasOwn(skill.artifacts, name) ? skill.artifacts[name] : undefined;
}

/** First parts of the paths a phase's steps write to; `*` when one replaces the whole artifact. */
export function writtenBy(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (step.into === undefined ? [] : [step.into[0] ?? '*'])));
}

/** Whether steps write to the field; then it may be there whatever its type declares. */
export function isWritten(written: ReadonlySet<string>, field: string): boolean {
  return written.has(field) || written.has('*');
}

type Places = Pick<SkillMap, 'edgePlace' | 'phasePlace' | 'artifactPlace' | 'skillPlace'>;

function placesOf(document: SkillDocument): Places {
  return {
    skillPlace:
      (...path) =>
      () =>
        document.at('skill.md', path),
    edgePlace:
      (phase, index, ...path) =>
      () =>
        document.at('skill.md', ['graph', phase, index, ...path]),
    phasePlace:
      (phase, ...path) =>
      () => {
        const file = document.fileOf('phase', phase);
        return document.at(file, file === 'skill.md' ? [`## phase: ${phase}`, ...path] : path);
      },
    artifactPlace:
      (artifact, ...path) =>
      () => {
        const file = document.fileOf('artifact', artifact);
        return document.at(file, file === 'skill.md' ? ['artifacts', artifact, ...path] : path);
      },
  };
}

function stepPlaces(
  skill: Skill,
  phases: readonly Phase[],
  look: Pick<SkillMap, 'inputTypes' | 'leavingTypes' | 'phasePlace' | 'skillPlace'>,
): readonly StepPlace[] {
  const own = phases.flatMap((phase) =>
    phase.preprocessor.flatMap((step, index) => {
      const types = look.inputTypes(phase);
      return withBranches({
        step,
        phase: phase.name,
        index,
        types,
        takers: phase.modelClass === 'none' ? [...types, ...look.leavingTypes(phase)] : types,
        written: writtenBy(phase.preprocessor.slice(0, index)),
        at: (...path: (string | number)[]) => look.phasePlace(phase.name, 'preprocessor', index, ...path),
      });
    }),
  );
  const { postprocessor } = skill;
  if (postprocessor === undefined) return own;
  const result = artifactOf(skill, skill.finalOutput);
  const output = { name: postprocessor.outputName, schema: postprocessor.outputSchema };
  const types = result === undefined ? [output] : [result, output];
  const after = postprocessor.steps.flatMap((step, index) =>
    withBranches({
      step,
      phase: undefined,
      index,
      types,
      takers: types,
      written: writtenBy(postprocessor.steps.slice(0, index)),
      at: (...path: (string | number)[]) => look.skillPlace('postprocessor', 'steps', index, ...path),
    }),
  );
  return [...own, ...after];
}

/** A step and those within it; a branch of a list sees its item beside the artifact. */
function withBranches(place: StepPlace): readonly StepPlace[] {
  const { step, written, at } = place;
  const inside = (inner: Step, key: readonly string[], more: readonly string[]): readonly StepPlace[] =>
    withBranches({
      ...place,
      step: inner,
      written: new Set([...written, ...more]),
      at: (...path) => at(...key, ...path),
    });
  if (step.type === 'iterate') return [place, ...inside(step.apply, ['apply'], [step.as, 'index'])];
  if (step.type !== 'parallel') return [place];
  const branches = Object.entries(step.branches);
  return [place, ...branches.flatMap(([name, inner]) => inside(inner, ['branches', name], []))];
}

function stepGuard(place: StepPlace): GuardPlace | [] {
  const { step, phase, types, written } = place;
  if (step.when.length === 0) return [];
  return {
    guard: step.when,
    phase,
    edge: undefined,
    inputs: types,
    artifacts: types,
    written,
    at: (path: string) => place.at('when', path),
  };
}

function edgeGuards(
  phases: readonly Phase[],
  look: Pick<SkillMap, 'edges' | 'typesOf' | 'inputTypes' | 'edgePlace'>,
): readonly GuardPlace[] {
  return phases.flatMap((phase) => {
    const inputs = look.inputTypes(phase);
    const { gives } = phase;
    const written = gives === undefined ? writtenBy(phase.preprocessor) : new Set<string>();
    return look.edges(phase.name).flatMap((edge, index): GuardPlace | [] => {
      if (edge.when.length === 0) return [];
      const types = look.typesOf(edge);
      return {
        guard: edge.when,
        phase: phase.name,
        edge,
        inputs,
        artifacts:
          gives !== undefined ? [gives, ...types] : phase.modelClass === 'none' ? [...inputs, ...types] : types,
        written,
        at: (path: string) => look.edgePlace(phase.name, index, 'when', path),
      };
    });
  });
}
