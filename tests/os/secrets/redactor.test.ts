import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/os/json.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { CORPUS, inContext, leakOf, secretOf } from './corpus.ts';
import { HARMLESS } from './harmless.ts';
import { letters, SAMPLES } from './samples.ts';

const redactor = openRedactor({ known: [] });
const KNOWN = 'correct horse/battery+staple\u00e9"7';
const knowing = openRedactor({ known: [{ name: 'APP_KEY', value: KNOWN }] });

/** Parts of a sample that are an address and no secret. */
const ADDRESS = /^https:\/\/[\w.-]+\/|^\{"type":"service_account.*?private_key":"|","client_email.*$/g;

describe('a redactor', () => {
  it.each(CORPUS.secrets.map((row) => [row.kind, row] as const))('takes out %s where it is usually seen', (_, row) => {
    const secret = secretOf(row).replace(ADDRESS, '');
    const text = inContext(row.context, secretOf(row));
    expect(leakOf(redactor.text(text), secret)).toBeUndefined();
  });

  it.each(SAMPLES.map((sample) => [sample.kind, sample] as const))('takes out a secret of the kind %s', (_, sample) => {
    const secret = sample.value.replace(ADDRESS, '').replace(/-----(?:BEGIN|END)[A-Z ]*-----/g, '');
    const text = redactor.text(inContext(sample.context, sample.value));
    expect(leakOf(text, secret)).toBeUndefined();
    expect(text).toContain('[secret:');
  });

  it.each(CORPUS.benign.map(({ kind, text }) => [kind, text] as const))('leaves %s as it is', (_, text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it('leaves alone what only looks like a secret, also within JSON', () => {
    for (const text of HARMLESS) {
      expect(redactor.text(text)).toBe(text);
      const line = JSON.stringify({ stdout: text });
      expect(redactor.text(line)).toBe(line);
      expect(redactor.text(HARMLESS.join('\n'))).toBe(HARMLESS.join('\n'));
    }
  });

  it('takes out only the secret: the name, the user, the host stay', () => {
    expect(redactor.text(`postgres://app:${letters(14)}@db:5432/x`)).toBe(
      'postgres://app:[secret:url_password]@db:5432/x',
    );
    expect(redactor.text(`export DB_PASSWORD="${letters(14)}" # prod`)).toBe(
      'export DB_PASSWORD="[secret:password]" # prod',
    );
  });

  it('gives equal secrets equal placeholders, and others others', () => {
    const [a, b] = [`ghp_${letters(36)}`, `ghp_${letters(36)}`];
    const [first, second, third] = redactor.text(`${a} ${b} ${a}`).split(' ');
    expect(first).toMatch(/^\[secret:github_token:[0-9a-f]{4}\]$/);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it('tells nothing of a password by which it could be guessed', () => {
    const one = redactor.text('password: hunter2!');
    expect(one).toBe('password: [secret:password]');
    expect(redactor.text('password: hunter3!')).toBe(one);
  });

  it('leaves placeholders and references as they are, whatever was redacted before', () => {
    for (const { value, context } of SAMPLES) {
      const once = redactor.text(inContext(context, value));
      expect(redactor.text(once)).toBe(once);
    }
    const reference = 'Authorization: Bearer ${secret:' + 'API_TOKEN}';
    expect(redactor.text(reference)).toBe(reference);
  });

  it('redacts once and for all in any text put together from secrets, signs and words', () => {
    const parts = [
      ...SAMPLES.map(({ value }) => value),
      ...HARMLESS,
      'password=',
      '"key": "',
      '", ',
      '\\n',
      '%3D',
      '\u200b',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 6 }), (chosen) => {
        const once = redactor.text(chosen.join(''));
        expect(redactor.text(once)).toBe(once);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('a secret that is written another way', () => {
  const token = `ghp_${letters(36)}`;
  const line = `DB_PASSWORD=${letters(16)}`;
  const ways: readonly [string, string, string][] = [
    ['as a string of JSON', JSON.stringify({ stdout: `token=${token}\n` }), token],
    ['as JSON in a string of JSON', JSON.stringify(JSON.stringify({ password: 'tr0ub4dor&3\\x' })), 'tr0ub4dor&3'],
    ['with CRLF', (SAMPLES.find(({ kind }) => kind === 'dsa_private_key')?.value ?? '').replaceAll('\n', '\r\n'), ''],
    ['between colours', `key=\u001b[31m${token}\u001b[0m`, token],
    ['with a colour within', `${token.slice(0, 9)}\u001b[1m${token.slice(9)}`, token.slice(9)],
    ['with colours as escapes', `{"out":"\\u001b[31m${token}\\u001b[0m"}`, token],
    ['with characters of no width', token.split('').join('\u200b'), token.split('').join('\u200b').slice(8)],
    ['in percent signs', `https://x.test/?q=${encodeURIComponent(`password=${letters(14)}!`)}`, ''],
    ['percent-encoded whole', [...token].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join(''), '%67%68%70%5f'],
    ['in an argument of a shell', `curl -H Authorization:\\ Bearer\\ ${letters(40)} https://api.test`, ''],
    ['in base64 as a line', Buffer.from(line).toString('base64'), Buffer.from(line).toString('base64')],
    [
      'in base64 for URLs',
      Buffer.from(`${line}\n`).toString('base64url'),
      Buffer.from(line).toString('base64url').slice(0, 20),
    ],
    ['in HTML', `&quot;password&quot;: &quot;tr0ub4dor&amp;3&quot;`, 'tr0ub4dor'],
  ];
  it.each(ways)('%s is found', (_, text, part) => {
    const redacted = redactor.text(text);
    expect(redacted).toContain('[secret:');
    if (part !== '') expect(leakOf(redacted, part)).toBeUndefined();
    expect(redactor.text(redacted)).toBe(redacted);
  });

  const variants = CORPUS.variants.flatMap((variant) => {
    const row = CORPUS.secrets.find(({ id }) => id === variant.of);
    return row === undefined ? [] : [[variant.transform, variant.context, secretOf(row)] as const];
  });
  it.each(variants)('in the corpus as %s is found', (transform, context, value) => {
    const written: Record<string, (given: string) => string> = {
      json_escape: (given) => JSON.stringify(given).slice(1, -1),
      crlf: (given) => given.replaceAll('\n', '\r\n'),
      ansi: (given) => `\u001b[31m${given}\u001b[0m`,
      url: encodeURIComponent,
      pct: (given) => encodeURIComponent(given).replaceAll('-', '%2D'),
      zwsp: (given) => `${given.slice(0, 4)}\u200b${given.slice(4)}`,
    };
    const text = inContext(context, (written[transform] ?? ((given) => given))(value));
    expect(leakOf(redactor.text(text), value.slice(4))).toBeUndefined();
  });
});

describe('a secret that is known', () => {
  const bytes = Buffer.from(KNOWN);
  it.each([
    ['plain', KNOWN],
    ['as JSON', JSON.stringify(KNOWN)],
    ['as JSON in JSON', JSON.stringify(JSON.stringify(KNOWN))],
    ['for a URL', encodeURIComponent(KNOWN)],
    ['for a form', new URLSearchParams({ a: KNOWN }).toString()],
    ['in hex', bytes.toString('hex')],
    ['in upper hex', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64 one byte on', Buffer.concat([Buffer.from('x'), bytes]).toString('base64')],
    ['in base64 two bytes on', Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('zzz')]).toString('base64')],
    ['in base64 for URLs', Buffer.concat([Buffer.from('user:'), bytes]).toString('base64url')],
    ['with zero width', [...KNOWN].join('\u200b')],
    ['with colours', `${KNOWN.slice(0, 5)}\u001b[32m${KNOWN.slice(5)}`],
  ])('is found %s', (_, text) => {
    const redacted = knowing.text(`a ${text} b`);
    expect(redacted).toContain('[secret:APP_KEY]');
    expect(leakOf(redacted, text)).toBeUndefined();
    expect(redactor.text(`a ${text} b`)).toBe(`a ${text} b`);
  });

  it('stands under its name wherever a rule would have found it too', () => {
    const token = `ghp_${letters(36)}`;
    const one = openRedactor({ known: [{ name: 'GITHUB_TOKEN', value: token }] });
    expect(one.text(`Authorization: Bearer ${token}`)).toBe('Authorization: Bearer [secret:GITHUB_TOKEN]');
  });

  it('is not looked for when it is short or a common word', () => {
    const short = openRedactor({
      known: [
        { name: 'A', value: 'abc12' },
        { name: 'B', value: 'password' },
      ],
    });
    expect(short.text('abc12 and the password')).toBe('abc12 and the password');
  });
});

describe('the value of a redactor', () => {
  const token = `ghp_${letters(36)}`;

  it('is the very same where nothing changes, and shares what does not', () => {
    const clean = { a: [1, 'two', { b: null, c: true }], request: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' };
    expect(redactor.value(clean)).toBe(clean);
    const mixed = { clean, out: [`x ${token}`] };
    const redacted = redactor.value(mixed);
    expect(redacted).not.toBe(mixed);
    expect(redacted.clean).toBe(clean);
    expect(mixed.out[0]).toContain(token);
  });

  it('has no secret in keys, and loses no member by that', () => {
    const two = [letters(14), letters(14)].map((word) => `password=${word}`);
    const redacted = redactor.value({ [token]: 1, [two[0] ?? '']: 2, [two[1] ?? '']: 3 } as Json);
    expect(Object.values(redacted as object)).toEqual([1, 2, 3]);
    expect(JSON.stringify(redacted)).not.toContain(token);
  });

  it.each<[string, Json, string]>([
    ['the key it stands under', { password: 'hunter2!' }, 'hunter2!'],
    ['a header', { headers: { Authorization: 'Bearer abcd1234efgh' } }, 'abcd1234efgh'],
    ['the option before it', ['tool', '--password', 'hunter2!', 'run'], 'hunter2!'],
    ['the name of a pair', [{ name: 'DB_PASSWORD', value: 'hunter2!' }], 'hunter2!'],
  ])('knows a secret by %s', (_, value, secret) => {
    expect(JSON.stringify(redactor.value(value))).not.toContain(secret);
  });

  it('finds a private key whose lines are strings of their own', () => {
    const key = (SAMPLES.find(({ kind }) => kind === 'dsa_private_key')?.value ?? '').split('\n');
    const found = redactor.value({ matches: key.map((text, line) => ({ line, text })), after: 'plain' });
    for (const line of key.slice(1, -1)) expect(JSON.stringify(found)).not.toContain(line);
    expect(found.after).toBe('plain');
  });

  it('survives any depth and sets no prototype', () => {
    let deep: Json = token;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    let inner: Json | undefined = redactor.value(deep);
    while (Array.isArray(inner)) inner = inner[0];
    expect(inner).toMatch(/^\[secret:/);
    const tricky = redactor.value(JSON.parse(`{"__proto__": {"token": "${token}"}, "b": "${token}"}`));
    expect(Object.getPrototypeOf(tricky)).toBe(Object.prototype);
    expect(Object.keys(tricky)).toEqual(['__proto__', 'b']);
  });
});

describe('a stream of text', () => {
  const chunked = (text: string, sizes: readonly number[], by = redactor) => {
    const stream = by.stream();
    let out = '';
    let at = 0;
    for (let i = 0; at < text.length; i++) {
      const size = sizes[i % sizes.length] ?? 1;
      out += stream.push(text.slice(at, at + size));
      at += size;
    }
    return out + stream.end();
  };

  it('has the same secrets taken out however it is cut', () => {
    const whatHasBounds = SAMPLES.filter(({ kind }) => kind !== 'putty'); // each line of that goes on its own
    const lines = [...whatHasBounds.map(({ value, context }) => inContext(context, value)), ...HARMLESS];
    const text = lines.join('\n\n');
    const whole = redactor.text(text);
    for (const sizes of [[11], [7, 100, 1], [4096]]) expect(chunked(text, sizes)).toBe(whole);
  });

  it('gives whole lines at once and holds the last one back', () => {
    const stream = redactor.stream();
    expect(stream.push('one\ntw')).toBe('one\n');
    expect(stream.push('o\n')).toBe('two\n');
    expect(stream.push('three')).toBe('');
    expect(stream.end()).toBe('three');
  });

  it('holds no more than a bounded end of a line or a key that never ends', () => {
    const stream = redactor.stream();
    let given = 0;
    for (let i = 0; i < 100; i++) given += stream.push('word '.repeat(2000)).length;
    expect(1_000_000 - given).toBeLessThan(100_000);
    const key = redactor.stream();
    let out = key.push('-----BEGIN RSA PRIVATE KEY-----\n');
    const line = `${letters(64, 'base64')}\n`;
    for (let i = 0; i < 4000; i++) out += key.push(line);
    out += key.push('-----END RSA PRIVATE KEY-----\nafter\n') + key.end();
    expect(out).not.toContain(line.slice(0, 20));
    expect(out).toMatch(/^\[secret:private_key[^\n]*\]\n*after\n$/);
  });

  it('finds a known value of several lines across pieces', () => {
    const value = `first ${letters(10)}\nsecond ${letters(10)}`;
    const by = openRedactor({ known: [{ name: 'NOTE', value }] });
    expect(chunked(`a ${value} b\nend\n`, [5], by)).toBe('a [secret:NOTE] b\nend\n');
  });
});

describe('a text made to take long', () => {
  const pieces = [
    ...['a', 'sk-', 'eyJ', 'eyJ.', 'key=', 'key="', '"key":"', 'password:', '--token ', 'bearer ', 'authorization: '],
    ...['cookie: a=b; ', '://a:', '://a:b@', 'curl -u a:b ', '-----BEGIN PRIVATE KEY-----', '-----', '\\', '\\n'],
    ...[
      '\\u001b',
      '%41',
      '%25',
      '&amp;',
      '\u200b',
      '\u001b[',
      '=',
      '"',
      '\n',
      'pass(',
      'AKIA',
      '1:',
      'secret:',
      '[secret:',
    ],
    ...[
      'ghp_a.',
      '+ASt',
      'Private-Lines: 1\n',
      'a%3D',
      'QUJD',
      '0123456789abcdef0123456789abcdef-',
      'mmmmmmmmmmmmmmmm.',
    ],
  ];
  it.each(pieces)('of %j takes no more than its length', (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length));
    expect(redactor.text(text).length).toBeGreaterThan(0); // a time that grew with the square would be minutes
  });
});
