import { visible } from '../visible.ts';
import type { KeyPath } from '../yaml-places.ts';
import type { Place } from './document.ts';
import type { Finding } from './finding.ts';

/** More than this many findings help nobody, and finding the place of each takes time. */
export const MAX_FINDINGS = 100;

/** Collects what is wrong with one skill, and knows the place of every part of its files. */
export type Report = {
  readonly skill: string;
  /** In the order found; the first {@link MAX_FINDINGS} or so. */
  readonly findings: readonly Finding[];
  /** Whether further errors are dropped. */
  isFull(): boolean;
  /** Makes the places of a file known; with `section` those of paths that begin with it. */
  locate(file: string, section: string | undefined, at: (path: KeyPath) => Place): void;
  /** As `SkillDocument.at`. */
  at(file: string, path: KeyPath): Place;
  add(found: readonly Finding[]): void;
  error(rule: string, file: string, path: KeyPath, message: string, fix: string): void;
};

export function openReport(skill: string): Report {
  const whole = new Map<string, (path: KeyPath) => Place>();
  const sections = new Map<string, (path: KeyPath) => Place>();
  const findings: Finding[] = [];
  const at = (file: string, path: KeyPath): Place => {
    const section = sections.get(`${file}\n${path[0]}`);
    if (section !== undefined) return section(path.slice(1));
    return whole.get(file)?.(path) ?? { file, line: 1, column: 1 };
  };
  return {
    skill,
    findings,
    locate(file, section, places) {
      if (section === undefined) whole.set(file, places);
      else sections.set(`${file}\n${section}`, places);
    },
    at,
    isFull: () => findings.length >= MAX_FINDINGS,
    add(found) {
      for (const finding of found) if (findings.length < MAX_FINDINGS) findings.push(finding);
    },
    error(rule, file, path, message, fix) {
      if (findings.length >= MAX_FINDINGS) return;
      // Messages quote what a file says; nothing in it may deceive or drive a terminal.
      findings.push({
        rule,
        severity: 'error',
        skill,
        ...at(file, path),
        message: visible(message),
        fix: visible(fix),
      });
    },
  };
}
