import { visible } from '../visible.ts';
import type { KeyPath } from '../yaml-places.ts';
import type { Place } from './document.ts';
import type { Finding } from './finding.ts';

/** More than this many findings help nobody, and finding the place of each takes time. */
export const MAX_FINDINGS = 100;

/** Collects what is wrong with one skill, and knows the place of every part of its files. */
export type Report = {
  readonly skill: string;
  /** Errors in the order found; the first {@link MAX_FINDINGS} or so. Any of them and there is no skill. */
  readonly findings: readonly Finding[];
  /** What is read all the same; as many at most. */
  readonly warnings: readonly Finding[];
  /** Whether further errors are dropped. */
  isFull(): boolean;
  /** Makes the places of a file known; with `section` those of paths that begin with it. */
  locate(file: string, section: string | undefined, at: (path: KeyPath) => Place): void;
  /**
   * From now on a path that begins with `at` stands at `from` and what follows: `at` is where a value that was
   * rewritten is looked for, `from` where a person wrote it. The longest `at` wins.
   */
  move(file: string, moves: readonly Move[]): void;
  /** As `SkillDocument.at`. */
  at(file: string, path: KeyPath): Place;
  add(found: readonly Finding[]): void;
  error(rule: string, file: string, path: KeyPath, message: string, fix: string): void;
  warn(rule: string, file: string, path: KeyPath, message: string, fix: string): void;
};

export type Move = { readonly at: KeyPath; readonly from: KeyPath };

export function openReport(skill: string): Report {
  const whole = new Map<string, (path: KeyPath) => Place>();
  const sections = new Map<string, (path: KeyPath) => Place>();
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  const moved = new Map<string, Move[]>();
  const at = (file: string, asked: KeyPath): Place => {
    const path = written(asked, moved.get(file) ?? []);
    const section = sections.get(`${file}\n${path[0]}`);
    if (section !== undefined) return section(path.slice(1));
    return whole.get(file)?.(path) ?? { file, line: 1, column: 1 };
  };
  const tell = (severity: Finding['severity'], list: Finding[]): Report['error'] => {
    return (rule, file, path, message, fix) => {
      if (list.length >= MAX_FINDINGS) return;
      // Messages quote what a file says; nothing in it may deceive or drive a terminal.
      const said = { message: visible(message), fix: visible(fix) };
      list.push({ rule, severity, skill, ...at(file, path), ...said });
    };
  };
  return {
    skill,
    findings,
    warnings,
    move: (file, moves) => void moved.set(file, [...(moved.get(file) ?? []), ...moves]),
    locate(file, section, places) {
      if (section === undefined) whole.set(file, places);
      else sections.set(`${file}\n${section}`, places);
    },
    at,
    isFull: () => findings.length >= MAX_FINDINGS,
    add(found) {
      for (const finding of found) if (findings.length < MAX_FINDINGS) findings.push(finding);
    },
    error: tell('error', findings),
    warn: tell('warning', warnings),
  };
}

/** Where a person wrote what is looked for at `path`. */
function written(path: KeyPath, moves: readonly Move[]): KeyPath {
  const begins = ({ at }: Move) => at.length <= path.length && at.every((key, index) => key === path[index]);
  const [best] = moves.filter(begins).sort((a, b) => b.at.length - a.at.length);
  return best === undefined ? path : [...best.from, ...path.slice(best.at.length)];
}
