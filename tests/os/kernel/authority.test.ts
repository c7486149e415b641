import { expect, it } from 'vitest';
import type { AuditPorts } from '../../../src/os/audit/verify.ts';
import type { StoreOptions } from '../../../src/os/events/store.ts';
import type { Ports } from '../../../src/os/kernel/ports.ts';
import type { DecisionContext } from '../../../src/os/permissions/decide.ts';
import type { SavedGrantsOptions } from '../../../src/os/permissions/saved.ts';
import type { Driving, Project, Under } from '../../../src/os/runs/project.ts';
import type { Permits } from '../../../src/os/workspace/workspace.ts';

/** `true` for each member that cannot be left out; a member that can has no value here, and this file does not compile. */
type Demanded<T> = { readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : true };

/** Says of every member of a type that it cannot be left out. */
const demanded = <T>(members: Demanded<T>): readonly string[] => Object.keys(members);

it('leaves out no authority that type-checks: every entry to the gate demands all of it', () => {
  const decision = demanded<DecisionContext>({
    skill: true,
    fingerprint: true,
    op: true,
    step: true,
    now: true,
    permissions: true,
    bounds: true,
    policy: true,
    pins: true,
    grants: true,
    answers: true,
    blobs: true,
    closed: true,
    onPropose: true,
    isolated: true,
  });
  const gate = demanded<
    Pick<Ports, 'policy' | 'pins' | 'grants' | 'closed' | 'onPropose' | 'bounds' | 'ask' | 'onAsk' | 'now' | 'who'>
  >({
    policy: true,
    pins: true,
    grants: true,
    closed: true,
    onPropose: true,
    bounds: true,
    ask: true,
    onAsk: true,
    now: true,
    who: true,
  });
  const outside = demanded<Pick<Ports, 'secret' | 'network' | 'search' | 'mcp' | 'exec' | 'python' | 'workspace'>>({
    secret: true,
    network: true,
    search: true,
    mcp: true,
    exec: true,
    python: true,
    workspace: true,
  });
  const project = demanded<Pick<Project, 'config' | 'grants' | 'closed' | 'who' | 'redact' | 'secret'>>({
    config: true,
    grants: true,
    closed: true,
    who: true,
    redact: true,
    secret: true,
  });
  const others = [
    demanded<Under>({ meter: true, bounds: true }),
    demanded<Pick<Driving, 'ask' | 'onAsk'>>({ ask: true, onAsk: true }),
    demanded<Permits>({ read: true, write: true }),
    demanded<Pick<StoreOptions, 'redact' | 'signer'>>({ redact: true, signer: true }),
    demanded<Pick<SavedGrantsOptions, 'signer' | 'redact' | 'days'>>({ signer: true, redact: true, days: true }),
    demanded<Pick<AuditPorts, 'signer'>>({ signer: true }),
  ];
  expect([decision, gate, outside, project, ...others].flat().length).toBeGreaterThan(40);
});
