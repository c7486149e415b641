import { showCrossing } from '../limits/limits.ts';
import type { MeterCrossing } from '../limits/meter.ts';
import { question } from './intervene.ts';
import type { Drive } from './ports.ts';

/**
 * What happens at a limit: the run stops, or a person is asked whether to go on for as much again. Where a run
 * above has no more either, nobody can raise it here: this one stops, and its receipt says so there.
 */
export async function overLimit(drive: Drive, step: string, crossing: MeterCrossing): Promise<void> {
  const { limit, used, cap } = crossing;
  const stop = () => drive.emit({ type: 'limit_reached', step, data: { limit, used, cap } });
  if (crossing.above === true || drive.state().started.limits.on_limit === 'stop') {
    stop();
    return;
  }
  const answer = await question(drive, {
    step,
    kind: 'limit',
    text: `The limit ${showCrossing(crossing)}. Go on for as much again?`,
    choices: ['continue', 'stop'],
    about: { limit, used, cap },
  });
  if (answer === 'nobody' || (answer !== 'waits' && answer.text !== 'continue')) stop();
}
