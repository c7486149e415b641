import type { Crossing } from '../limits/limits.ts';
import { question } from './intervene.ts';
import type { Drive } from './ports.ts';

/** What happens at a limit: the run stops, or a person is asked whether to go on for as much again. */
export async function overLimit(drive: Drive, step: string, { limit, used, cap }: Crossing): Promise<void> {
  const { started, phase } = drive.state();
  const stop = () => {
    drive.emit({ type: 'limit_reached', step, data: { limit, used, cap } });
    const message = `the limit ${limit} was reached: ${show(used)} of ${show(cap)} used`;
    drive.emit({ type: 'run_failed', data: { code: 'limit', message, exit: 5, phase } });
  };
  if (started.limits.on_limit === 'stop') return stop();
  const answer = await question(drive, {
    step,
    kind: 'limit',
    text: `The limit ${limit} is reached: ${show(used)} of ${show(cap)} used. Go on for as much again?`,
    choices: ['continue', 'stop'],
    about: { limit, used, cap },
  });
  if (answer === 'nobody' || (answer !== 'waits' && answer.text !== 'continue')) stop();
}

function show(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toFixed(2);
}
