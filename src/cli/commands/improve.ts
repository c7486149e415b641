import { EXIT } from '../../os/errors.ts';
import type { Define } from '../cli.ts';

export const define: Define = (command, act) => {
  command.action(act(async () => EXIT.done));
};
