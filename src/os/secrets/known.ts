import { isSearched, type KnownSecret } from './known-values.ts';
import { isRandom } from './plausible.ts';
import type { SecretStore } from './port.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type KnownSources = {
  readonly env: Env;
  /** Variables that the configuration names as holders of a key. */
  readonly variables: readonly string[];
  readonly store: SecretStore;
};

/** Names of variables that hold a secret, as people and programs give them. */
const SECRET_NAME =
  /(?:^|_)(?:[A-Z0-9]*KEY|[A-Z0-9]*TOKEN|[A-Z0-9]*SECRETS?|[A-Z0-9]*PASSWORD|[A-Z0-9]*PASSWD|PASS|[A-Z]*PASSPHRASE|PWD|[A-Z0-9]*CREDENTIALS?|CREDS|AUTH|COOKIE|DSN|WEBHOOK(?:_URL)?|(?:DATABASE|DB|REDIS|MONGO(?:DB)?|POSTGRES(?:QL)?|MYSQL|AMQP|BROKER)_UR[LI]|CONNECTION_STRING|PAT|JWT|SAS)(?:_|$)/i;
/** Names that look like it and hold something else: a folder, an option, what is public. */
const OTHER_NAME =
  /^(?:PWD|OLDPWD|INIT_CWD)$|(?:^|_)(?:PUBLIC|PUBLISHABLE)(?:_|$)|_(?:FILE|PATH|DIR|URL_BASE|ENDPOINT|SOCK|SOCKET|ID|NAME|TYPE|LENGTH|SIZE|COUNT|TTL|TIMEOUT|EXPIRES?|METHOD|MODE|HOST|PORT|USER|ENABLED|HEADER|ENV|AGENT)$|^SSH_AUTH_SOCK$|^XAUTHORITY$/i;

/** A stored or configured secret is one whatever it looks like; a variable is one by its name only if it looks so too. */
function looksSecret(value: string): boolean {
  if (/^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)[^=]*$/.test(value) && !isRandom(value.replaceAll('/', ''))) return false;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return /:\/\/[^/?#\s]*:[^/?#\s]+@|hooks?\.|webhook/i.test(value);
  if (/^[-+\d.,:\s]+$/.test(value)) return false;
  if (/\s/.test(value) && !value.includes('-----BEGIN ')) return false;
  return /\d/.test(value) || /[^A-Za-z0-9_.:/-]/.test(value) || isRandom(value);
}

/**
 * What is known to be secret, by name: variables of the environment whose name says so and whose value looks so, those
 * the configuration names, and stored secrets. Of one value the first name stands. Values too short or too common to be
 * searched for are left out.
 */
export function knownSecrets({ env, variables, store }: KnownSources): readonly KnownSecret[] {
  const stored = store.names().map((name) => ({ name, value: store.get(name) ?? '' }));
  const configured = variables.map((name) => ({ name, value: env[name]?.trim() ?? '' }));
  const named = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && !OTHER_NAME.test(name) && looksSecret(value ?? ''))
    .map(([name, value]) => ({ name, value: value ?? '' }));
  const byValue = new Map<string, KnownSecret>();
  for (const secret of [...stored, ...configured, ...named]) {
    if (!isSearched(secret.value) || byValue.has(secret.value)) continue;
    byValue.set(secret.value, { name: plainName(secret.name), value: secret.value });
  }
  return [...byValue.values()].flatMap(withPassword);
}

/** Of an address with a password the password is known as well. */
function withPassword(secret: KnownSecret): KnownSecret[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:]*:([^/?#\s]+)@/i.exec(secret.value)?.[1];
  if (password === undefined || !isSearched(password)) return [secret];
  return [secret, { name: secret.name, value: password }];
}

/** Names stand in placeholders, which must be found again. */
function plainName(name: string): string {
  return name.replace(/[^\w.-]/g, '_').slice(0, 128);
}
