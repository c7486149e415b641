import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/os/clock.ts';
import { DEFAULT_LIMITS } from '../../../src/os/config/limits.ts';
import type { RunEventBody } from '../../../src/os/events/event.ts';
import { sqliteLocks } from '../../../src/os/events/locks.ts';
import type { RunLog, Store } from '../../../src/os/events/port.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openIndex } from '../../../src/os/index/open.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';

/** A process of its own that acts on a store: `actor.ts <act> <root or folder> …`. Each line it prints is a fact. */
const [act = '', where = '', ...rest] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);
const forever = () => sleep(60_000);
const none = '0'.repeat(64);

function first({ owner, blobs }: Store): RunEventBody {
  const data = {
    skill: 'sample',
    skill_version_hash: none,
    skill_md_sha256: none,
    pack: blobs.put('the skill'),
    dir: 'sample',
    origin: 'project',
    entry: 'sample',
    input: { type: 'user_message', artifact: { text: 'hello' } },
    models: {},
    limits: DEFAULT_LIMITS,
    ops: '',
    config: '',
    contract: '1',
    owner,
  };
  return { type: 'run_skill_started', data };
}

const turn = (n: number): RunEventBody => ({
  type: 'turn_decided',
  data: { request: String(n), edge: 'to_a', to: 'a', artifact: { n, text: 'x'.repeat((n * 37) % 300) } },
});

/** Appends turns from `from` on, and says each one that is durable. */
async function appendFor(log: RunLog, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    log.append(turn(n));
    await log.flush();
    say(`durable ${log.head.seq}`);
  }
}

const acts: Record<string, () => Promise<void>> = {
  /** Holds a lock until killed. */
  async hold() {
    const held = sqliteLocks(where).take(rest[0] ?? '');
    say(held === undefined ? 'busy' : 'held');
    await forever();
  },
  /** Creates a run, appends for ever. */
  async run() {
    const store = openStore({
      root: where,
      clock: systemClock,
      ids: randomIds,
      signer: undefined,
      redact: openRedactor({ known: [] }),
    });
    const { log } = await store.createRun(rest[0] ?? '', first(store));
    say('created');
    await appendFor(log, 0, Number(rest[1] ?? 1e9));
    log.append({ type: 'run_finished', data: { type: 'a', artifact: {} } });
    await log.close();
    await store.close();
    say('closed');
  },
  /** Takes a run, says whether it could, and keeps it. */
  async take() {
    const store = openStore({
      root: where,
      clock: systemClock,
      ids: randomIds,
      signer: undefined,
      redact: openRedactor({ known: [] }),
    });
    try {
      const { log } = await store.takeRun(rest[0] ?? '', 'resume');
      say(`took epoch ${log.epoch}`);
    } catch (error) {
      say(`failed ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`);
    }
    await forever();
  },
  /** Appends to the project log, several at once. */
  async project() {
    const store = openStore({
      root: where,
      clock: systemClock,
      ids: randomIds,
      signer: undefined,
      redact: openRedactor({ known: [] }),
    });
    for (let round = 0; round < Number(rest[1]); round++) {
      const keys = [0, 1, 2].map((n) => `${rest[0]}.${round}.${n}`);
      await Promise.all(
        keys.map((key) => store.appendProject({ type: 'config_set', data: { key, value: round, file: 'reyn.yaml' } })),
      );
    }
    await store.close();
    say('done');
  },
  /** Deletes nothing, reads everything: makes the index anew again and again, each time in another form. */
  async index() {
    for (let round = 0; round < Number(rest[1] ?? 1e9); round++) {
      const summarize = (events: readonly unknown[]) => events.length;
      const index = openIndex({ root: where, form: `${rest[0]}.${round}`, summarize });
      index.refresh();
      say(`runs ${index.runs().length} events ${index.events({}).length}`);
      index.close();
    }
  },
};

await acts[act]?.();
