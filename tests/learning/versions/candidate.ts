import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { vouchForVerdict } from '../../../src/learning/verdicts/vouched-for.ts';
import type { ReceiptFacts } from '../../../src/learning/versions/version.ts';
import { realRoot } from '../../../src/os/config/trust.ts';
import { openSigner } from '../../../src/os/signer.ts';
import type { Signer } from '../../../src/os/signing.ts';
import { openCatalog } from '../../../src/os/skills/catalog.ts';
import { fingerprintOf } from '../../../src/os/skills/fingerprint.ts';
import { packSource } from '../../../src/os/skills/source.ts';
import { openIn } from '../../os/events/scene.ts';
import { openProject, type ProjectSpec, type TestProject } from '../../project.ts';

/** A project whose verdicts are made up: what is in `receipts` was reached. */
export type Judged = TestProject & {
  readonly receipts: Map<string, ReceiptFacts>;
  /** Of the user whose project it is. */
  readonly env: Readonly<Record<string, string>>;
  /** Files that are to replace the folder's, by path; what is not named stays. Keeps them, with a verdict about them. */
  candidate(skill: string, files: Readonly<Record<string, string>>, options?: CandidateOptions): Promise<ReceiptFacts>;
};

export type CandidateOptions = {
  readonly verdict?: 'PASS' | 'FAIL' | 'INDETERMINATE';
  /** Whether the log of this project says that the verdict was reached; true if absent. */
  readonly reached?: boolean;
  /** Whose signature the verdict has there; this machine's user if absent, `undefined` = nobody's. */
  readonly signer?: Signer | undefined;
};

/** Opens a project for `body` and removes it afterwards. */
export async function inJudged<T>(spec: ProjectSpec, body: (project: Judged) => Promise<T>): Promise<T> {
  const receipts = new Map<string, ReceiptFacts>();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-home-')); // grants are signed with a key outside of the project
  const env = { HOME: home, REYN_TRUST_PROJECT: '1' };
  const signer = openSigner({ dir: path.join(home, '.config/reyn/keys') });
  const project = await openProject({ ...spec, open: { env, ...spec.open, receipt: (id) => receipts.get(id) } });
  const { root } = project;
  const judged = Object.assign(project, {
    receipts,
    env,
    candidate: async (skill: string, files: Readonly<Record<string, string>>, options: CandidateOptions = {}) => {
      const id = `receipt-${receipts.size + 1}`;
      const receipt = await candidateIn(root, skill, files, { signer, ...options, id });
      receipts.set(id, receipt);
      return receipt;
    },
  });
  try {
    return await body(judged);
  } finally {
    await project.remove();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Keeps a candidate for a skill of the project in its store, with a verdict about it. */
export async function candidateIn(
  root: string,
  skill: string,
  files: Readonly<Record<string, string>>,
  { id = 'receipt', verdict = 'PASS', reached = true, signer }: CandidateOptions & { readonly id?: string } = {},
): Promise<ReceiptFacts> {
  const catalog = openCatalog({ root, stdlibDir: path.join(root, 'none') });
  const source = catalog.source(skill);
  const entry = catalog.find(skill);
  if (entry === undefined) throw new Error(`no skill ${skill}`);
  const own = new Map([...source.files].filter(([file]) => !file.startsWith('shared/')));
  for (const [file, text] of Object.entries(files)) own.set(file, Buffer.from(text));
  const next = catalog.sourceOf(entry, own);
  const facts = { skill, from: fingerprintOf(source), to: fingerprintOf(next) };
  const store = openIn(root);
  const pack = store.blobs.put(packSource(next));
  const vouched = signer === undefined ? undefined : vouchForVerdict(signer, realRoot(root), id);
  if (reached) {
    await store.appendProject({
      type: 'verdict_reached',
      data: {
        ...{ skill, lineage: 'l', attempt: 1, from_hash: facts.from, skill_version_hash: facts.to },
        ...{ verdict, code: 'gain', alpha: 0.03, receipt: id, by: 'verifier' },
        ...(vouched === undefined ? {} : { vouched }),
      },
    });
  }
  await store.close();
  return { id, ...facts, verdict, pack, score: 0.91, before: 0.42, summary: 'gain .49 (.38 to .60)' };
}
