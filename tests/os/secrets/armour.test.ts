import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { letters } from './samples.ts';

/** Private keys in text armour, however they are written, cut or delivered. */

const redactor = openRedactor({ known: [] });

const lines = (count: number, last = 24) => [
  ...Array.from({ length: count - 1 }, () => letters(64, 'base64')),
  letters(last, 'base64'),
];
const block = (kind: string, body: readonly string[], headers: readonly string[] = []) => ({
  body,
  text: [
    `-----BEGIN ${kind}-----`,
    ...headers,
    ...(headers.length === 0 ? [] : ['']),
    ...body,
    `-----END ${kind}-----`,
  ],
});
const putty = (count: number, version: number) => {
  const body = lines(count);
  const head = [`PuTTY-User-Key-File-${version}: ssh-rsa`, 'Encryption: none', 'Comment: rsa-key-20260101'];
  const derivation = ['Key-Derivation: Argon2id', 'Argon2-Memory: 8192', `Argon2-Salt: ${letters(32, 'hex')}`];
  const open = ['Public-Lines: 2', letters(64, 'base64'), letters(40, 'base64')];
  return {
    body,
    text: [
      ...head,
      ...open,
      ...(version === 3 ? derivation : []),
      `Private-Lines: ${count}`,
      ...body,
      `Private-MAC: ${letters(64, 'hex')}`,
    ],
  };
};
const age = () => {
  const body = [letters(58, 'upper')];
  return { body, text: [`# public key: age1${letters(58, 'lower')}`, `AGE-SECRET-KEY-1${body[0]}`] };
};
const ssh2 = () => {
  const [kind, body] = ['SSH2 ENCRYPTED PRIVATE KEY', lines(9)];
  const head = ['Comment: "2048-bit rsa, joe@host, Mon Jan 01 2026 00:00:00"'];
  return { body, text: [`---- BEGIN ${kind} ----`, ...head, ...body, `---- END ${kind} ----`] };
};

const BLOCKS: Readonly<Record<string, { body: readonly string[]; text: readonly string[] }>> = {
  'PGP with headers': block(
    'PGP PRIVATE KEY BLOCK',
    [...lines(30), `=${letters(4)}`],
    ['Version: GnuPG v2.4.5 (GNU/Linux)', 'Comment: https://gnupg.org/#keys, for Jörg & co. [1]!', 'Charset: UTF-8'],
  ),
  'PGP without headers': block('PGP PRIVATE KEY BLOCK', ['', ...lines(12), `=${letters(4)}`]),
  'PGP of an older kind': block('PGP SECRET KEY BLOCK', lines(12), ['Version: 2.6.3ia']),
  'PEM that is encrypted': block('RSA PRIVATE KEY', lines(25), [
    'Proc-Type: 4,ENCRYPTED',
    `DEK-Info: AES-256-CBC,${letters(32, 'hex').toUpperCase()}`,
  ]),
  'PEM with other headers': block('PRIVATE KEY', lines(25), ['X-Key-Id: {"kid": 7}', 'X-Note: <none>, $me_2?']),
  'PEM with short lines': block('EC PRIVATE KEY', lines(3, 12)),
  OpenSSH: block('OPENSSH PRIVATE KEY', lines(38, 8)),
  'PKCS 8, encrypted': block('ENCRYPTED PRIVATE KEY', lines(28)),
  'PuTTY 2': putty(14, 2),
  'PuTTY 3': putty(1, 3),
  'SSH2 of ssh.com': ssh2(),
  age: age(),
};

/** Ways in which tools write a file of several lines. */
const WRITTEN: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  plainly: (all) => all.join('\n'),
  'with CRLF': (all) => all.join('\r\n'),
  'below a key of YAML': (all) => `key: |\n${all.map((line) => `    ${line}`).join('\n')}`,
  'as a quotation': (all) => all.map((line) => `> ${line}`).join('\n'),
  'as added by a diff': (all) => all.map((line) => `+${line}`).join('\n'),
  'as removed by a diff': (all) => all.map((line) => `-${line}`).join('\n'),
  'with numbers of lines': (all) => all.map((line, i) => `${String(i + 1).padStart(6)}\t${line}`).join('\n'),
  'as grep -n shows it': (all) => all.map((line, i) => `${i + 1}:${line}`).join('\n'),
  'as a string of JSON': (all) => JSON.stringify({ key: `${all.join('\n')}\n` }),
  'as JSON in JSON': (all) => JSON.stringify({ out: JSON.stringify({ key: `${all.join('\n')}\n` }) }),
  'as strings of a program': (all) => all.map((line) => `  "${line}\\n" +`).join('\n'),
};

const cases = Object.entries(BLOCKS).flatMap(([kind, { body, text }]) =>
  Object.entries(WRITTEN).map(([way, write]) => [kind, way, body, `before\n${write(text)}\nafter it\n`] as const),
);

function inPieces(text: string, size: (at: number) => number): string {
  const stream = redactor.stream();
  let out = '';
  for (let at = 0; at < text.length; ) {
    const next = at + Math.max(1, size(at));
    out += stream.push(text.slice(at, next));
    at = next;
  }
  return out + stream.end();
}

const LEAK = 12;
const known = new Map<readonly string[], Set<string>>();

/** Every twelve characters in a row of the lines. */
function partsOf(body: readonly string[]): Set<string> {
  const parts = known.get(body) ?? new Set<string>();
  for (const line of known.has(body) ? [] : body) {
    for (let i = 0; i + LEAK <= line.length; i++) parts.add(line.slice(i, i + LEAK));
  }
  known.set(body, parts);
  return parts;
}

function expectGone(out: string, body: readonly string[]): void {
  const parts = partsOf(body);
  for (let i = 0; i + LEAK <= out.length; i++) {
    const part = out.slice(i, i + LEAK);
    if (parts.has(part)) expect.fail(`${part} is left in\n${out}`);
  }
}

describe('a private key in text armour', () => {
  it.each(cases)('of the kind %s, written %s, goes whole, and nothing else does', (_, __, body, text) => {
    const out = redactor.text(text);
    expectGone(out, body);
    expect(out).toMatch(/^before\n/);
    expect(out).toMatch(/after it\n$/);
    expect(redactor.text(out)).toBe(out);
  });

  it.each(cases)('of the kind %s, written %s, goes in pieces of any size as it does whole', (_, __, body, text) => {
    const whole = redactor.text(text);
    for (const size of [1, 7, 30, 65]) {
      const out = inPieces(text, () => size);
      expectGone(out, body);
      expect(out, `pieces of ${size}`).toBe(whole);
    }
  });

  it.each(Object.entries(BLOCKS))('of the kind %s may be cut in two anywhere', (_, { body, text }) => {
    const whole = `${text.join('\n')}\n`;
    for (let cut = 1; cut < whole.length; cut += 5) {
      const out = inPieces(whole, (at) => (at === 0 ? cut : whole.length));
      expectGone(out, body);
    }
  });

  it.each(Object.entries(BLOCKS))('of the kind %s that breaks off goes as far as it got', (_, { body, text }) => {
    const whole = text.join('\n');
    for (let end = 1; end < whole.length; end += 7) {
      expectGone(redactor.text(whole.slice(0, end)), body);
      expectGone(
        inPieces(whole.slice(0, end), () => 9),
        body,
      );
    }
  });

  const shapes: Readonly<Record<string, (lines: readonly string[]) => Json>> = {
    'a list': (all) => [...all],
    'matches of a search': (all) => all.map((text, i) => `certs/my-key.pem:${i + 1}:${text}`),
    'matches with their place': (all) => all.map((text, line) => ({ file: 'certs/my-key.pem', line, text })),
    'texts of other names': (all) => all.map((text) => ({ kind: 'context', path: 'a.pem', text, why: 'asked for' })),
  };
  const lists = Object.entries(BLOCKS).flatMap(([kind, { body, text }]) =>
    Object.entries(shapes).map(([shape, make]) => [kind, shape, body, make(text)] as const),
  );
  it.each(lists)('of the kind %s whose lines are strings of their own goes, as %s', (_, __, body, value) => {
    const out = redactor.value({ found: value, after: 'plain words' });
    expectGone(JSON.stringify(out), body);
    expect(out.after).toBe('plain words');
  });

  it('does not hold back prose that only speaks of one', () => {
    const stream = redactor.stream();
    const said = 'A file with `-----BEGIN RSA PRIVATE KEY-----` in it is a key.\nKeep it to yourself, please.\n';
    expect(stream.push(said)).toBe(said);
    expect(stream.push('Private-Lines: 12 comes before the secret part.\n')).toBe(
      'Private-Lines: 12 comes before the secret part.\n',
    );
  });
});
