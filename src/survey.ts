import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SkillEntry } from './api.ts';
import type { Config } from './os/config/config.ts';
import { digest, type Json } from './os/json.ts';
import { type LintEnv, lintSkill } from './os/lint/lint.ts';
import { sortFindings } from './os/lint/order.ts';
import { RULES } from './os/lint/rules.ts';
import { lintOps } from './os/ops/lint-env.ts';
import type { Op } from './os/ops/op.ts';
import type { Catalog, CatalogEntry } from './os/skills/catalog.ts';
import { compileSkill } from './os/skills/compile.ts';
import type { Finding } from './os/skills/finding.ts';
import { type FolderCache, openFolderCache } from './os/skills/folder-cache.ts';
import type { SkillSource } from './os/skills/source.ts';

/**
 * Looking at many skills at once.
 *
 *  V1 What is said of a skill is what looking at its folder now would say: a kept answer is given only while nothing the
 *     answer depends on has changed (the folder, the shared folder, the program, for lint the rules and what they know
 *     of the project).
 *  V2 What is kept is never used to run a skill.
 */
export type Survey = {
  /** Every skill that resolves, and every one another shadows, by name. */
  describe(): readonly SkillEntry[];
  /** Findings in every skill of the project and of reyn/local. */
  lintAll(): readonly Finding[];
  /** Findings in these. */
  lint(sources: readonly SkillSource[]): readonly Finding[];
};

export type Surveyed = {
  readonly root: string;
  readonly catalog: Catalog;
  readonly config: Config;
  readonly ops: readonly Op[];
};

export function openSurvey({ root, catalog, config, ops }: Surveyed): Survey {
  const caches = new Map<string, { readonly version: string; readonly cache: FolderCache }>();

  /** What `look` says of each entry, from `.reyn/cache/<name>.json` where that is current. */
  function each<T>(name: string, about: Json, entries: readonly CatalogEntry[], look: Look<T>): T[] {
    const version = digest(JSON.stringify([programStamp(), about]));
    const known = caches.get(name);
    const file = path.join(root, '.reyn', 'cache', `${name}.json`);
    const cache = known?.version === version ? known.cache : openFolderCache(file, version);
    caches.set(name, { version, cache });
    const pass = catalog.pass();
    const seen = entries.map((entry) =>
      cache.take({
        dir: entry.dir,
        at: pass.at,
        stampOf: () => pass.stampOf(entry),
        make() {
          const { source, stamp } = pass.read(entry);
          return { value: look(source, entry), stamp };
        },
      }),
    );
    cache.save();
    return seen;
  }

  function envOf(entries: readonly CatalogEntry[]): LintEnv {
    return {
      ops: lintOps(ops),
      skills: entries.map(({ name }) => name),
      permissionsOf: (name) =>
        catalog.find(name) === undefined ? undefined : compileSkill(catalog.source(name)).skill?.permissions,
      modelClasses: Object.keys(config.classes),
    };
  }

  return {
    describe() {
      const entries = catalog.list();
      const described = each('skills', null, entries, describeSource);
      return described.map((entry, nth) => {
        const shadowedBy = entries[nth]?.shadowedBy;
        return shadowedBy === undefined ? entry : { ...entry, shadowedBy };
      });
    },
    lintAll() {
      const entries = catalog.list();
      const env = envOf(entries);
      const own = entries.filter(({ origin }) => origin !== 'stdlib');
      const about = JSON.parse(JSON.stringify([RULES, env])) as Json;
      const found = each('lint', about, own, (source) => lintSource(source, env));
      return sortFindings(found.flat());
    },
    lint(sources) {
      const env = envOf(catalog.list());
      return sortFindings(sources.flatMap((source) => lintSource(source, env)));
    },
  };
}

type Look<T> = (source: SkillSource, entry: CatalogEntry) => T;

function describeSource(source: SkillSource, { name, origin }: CatalogEntry): SkillEntry {
  const { skill, findings } = compileSkill(source);
  const shown = { name, origin, dir: source.dir };
  if (skill === undefined) {
    const fault = findings.find(({ severity }) => severity === 'error');
    return { ...shown, description: '', kind: '', error: fault?.message ?? 'does not load' };
  }
  return { ...shown, description: skill.description, kind: skill.kind, fingerprint: skill.fingerprint };
}

function lintSource(source: SkillSource, env: LintEnv): readonly Finding[] {
  const { skill, document, findings } = compileSkill(source);
  return skill === undefined ? findings : [...findings, ...lintSkill({ skill, document }, env)];
}

/** Tells this build of the program from every other: built or installed anew, its file has another inode or time. */
function programStamp(): Json {
  const stats = statSync(fileURLToPath(import.meta.url), { throwIfNoEntry: false });
  return stats === undefined ? null : [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs];
}
