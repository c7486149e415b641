import { isOwnVerdict } from './learning/verdicts/vouched-for.ts';
import type { VersionsDesk } from './learning/versions/desk.ts';
import { type ExchangeParts, openExchanges } from './learning/versions/exchange.ts';
import { openVersionsHome } from './learning/versions/home.ts';
import type { ReadReceipt } from './learning/versions/version.ts';
import type { Clock } from './os/clock.ts';
import type { Config } from './os/config/config.ts';
import { realRoot } from './os/config/trust.ts';
import type { Disk } from './os/disk.ts';
import type { Store } from './os/events/port.ts';
import type { Asking, Improvement } from './os/kernel/ports.ts';
import type { VersionsHandle } from './os/ops/improvement.ts';
import type { SavedGrants } from './os/permissions/saved.ts';
import type { Signer } from './os/signing.ts';
import type { Catalog, Exchanges } from './os/skills/catalog.ts';

export type VersioningParts = {
  readonly root: string;
  readonly disk: Disk;
  readonly store: () => Store;
  /** Opened with `exchanges`, so that it comes later. */
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  readonly config: Pick<Config, 'self_improvement'>;
  readonly grants: SavedGrants;
  readonly signer: Signer;
  /** Whoever is at this process. */
  readonly who: string;
  readonly receipt: ReadReceipt;
  /** Fingerprints of a skill that runs which have not ended hold on to. */
  readonly pinned: (skill: string) => ReadonlySet<string>;
};

/** Versions of skills: for ops, for the gate, for people, and for whoever looks a skill up. */
export type Versioning = {
  readonly exchanges: Exchanges;
  handle(asking: Asking): VersionsHandle;
  readonly standing: Improvement['standing'];
  readonly api: VersionsApi;
  /** Waits for what was begun by the way, before the store is closed. */
  settled(): Promise<void>;
};

export type VersionsApi = {
  readonly [K in keyof VersionsDesk]: (
    ...given: Parameters<VersionsDesk[K]>
  ) => Promise<Awaited<ReturnType<VersionsDesk[K]>>>;
};

/** Most commands change no skill: what does is loaded when it is asked for. */
export function openVersioning(parts: VersioningParts): Versioning {
  const { root, disk, store, grants, signer } = parts;
  const home = openVersionsHome({ root, disk });
  const exchangeParts: ExchangeParts = { root, disk, home, store, grants, signer };
  const exchanges = openExchanges(exchangeParts);

  const open = async () => {
    const { openVersions } = await import('./learning/versions/versions.ts');
    const { clock, config, pinned, receipt, who } = parts;
    const catalog = parts.catalog();
    const most = config.self_improvement.max_versions;
    const versions = openVersions({ catalog, store, clock, grants, signer, home, exchanges, most, pinned });
    const isOwn = (id: string, vouched: unknown) => isOwnVerdict(signer, realRoot(root), id, vouched);
    return {
      ...{ versions, catalog, store, grants, home, receipt, who, root },
      isOwnVerdict: isOwn,
      now: () => clock.now(),
    };
  };
  const handle = async (asking: Asking) =>
    (await import('./learning/versions/plan.ts')).versionsHandle(await open(), asking);
  const desk = async () => (await import('./learning/versions/desk.ts')).openDesk(await open());

  return {
    exchanges,
    handle: (asking) => ({
      planSave: async (request) => (await handle(asking)).planSave(request),
      planApply: async (request) => (await handle(asking)).planApply(request),
      remains: async (images) => (await handle(asking)).remains(images),
    }),
    standing: async (need) => (await import('./learning/versions/standing.ts')).standingOf(await open(), need),
    api: {
      list: async (skill) => (await desk()).list(skill),
      diff: async (skill, from, to) => (await desk()).diff(skill, from, to),
      show: async (skill, version) => (await desk()).show(skill, version),
      rollback: async (skill, to) => (await desk()).rollback(skill, to),
      adopt: async (skill, options) => (await desk()).adopt(skill, options),
    },
    settled: () => exchanges.settled(),
  };
}
