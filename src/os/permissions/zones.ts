import type { Decision, DecisionContext } from './decision.ts';
import type { Need } from './need.ts';
import type { Target } from './target.ts';

/** Zones that need no leave beyond the declaration. Blobs are open only where the frame named them. */
export function byZone(
  { need, location }: Target,
  { skill, blobs, isolated, onPropose }: DecisionContext,
): Decision | undefined {
  const open = (name: string, reason: string): Decision => ({ verdict: 'allow', by: `zone ${name}`, reason });
  switch (need.kind) {
    case 'skill.run':
      return open('skills', `The skill "${skill}" declares that it runs "${need.skill}".`);
    case 'python':
      return isolated
        ? open('python', `The skill "${skill}" declares ${need.function}, which runs where nothing else is seen.`)
        : undefined;
    case 'recall':
    case 'index':
      return open(
        'index',
        `The skill "${skill}" declares ${need.kind} of "${need.source}", and nothing outside the store is touched.`,
      );
    case 'eval':
      return open('evals', `The skill "${skill}" declares that it evaluates, and evaluations change nothing here.`);
    case 'skill.write':
      return need.act === 'save'
        ? open('versions', 'A version is kept beside the others; the skill stays as it is.')
        : byProof(need, onPropose);
    default:
  }
  switch (location?.root) {
    case 'work':
      return open('work', 'It is the work folder of this run.');
    case 'blob':
      return need.kind === 'file.read' && blobs.has(location.segments[0] ?? '')
        ? open('blobs', 'The present frame names this value.')
        : {
            verdict: 'deny',
            by: 'zone blobs',
            reason: 'Only values that the present frame names can be read, and none written.',
          };
    case 'project':
      return need.kind === 'file.read' ? open('project', 'It is an ordinary project file.') : undefined;
    default:
      return undefined;
  }
}

/**
 * The standing policy of the operator about changes that were proposed. Without a receipt of PASS about exactly this
 * change nothing but a person decides, whatever the policy.
 */
function byProof(
  { skill, standing }: Extract<Need, { kind: 'skill.write' }>,
  onPropose: DecisionContext['onPropose'],
): Decision | undefined {
  const by = `self_improvement ${onPropose}`;
  if (onPropose === 'disabled') {
    const reason =
      'The configuration says `self_improvement.on_propose: disabled`: proposals are shown, never applied.';
    return { verdict: 'deny', by, reason };
  }
  if (onPropose !== 'auto' || standing?.proof !== 'pass' || standing.widens) return undefined;
  return { verdict: 'allow', by, reason: `A receipt of PASS is about exactly this change of "${skill}".` };
}
