import type { Define } from '../cli.ts';
import { defineImport } from './eval-import.ts';

export const define: Define = (command, act) => {
  defineImport(command, act);
};
