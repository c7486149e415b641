import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openIndex } from '../../../src/os/index/open.ts';
import { passagesOf } from '../../../src/os/index/passages.ts';
import { recall } from '../../../src/os/index/recall.ts';
import { sha256 } from '../../../src/os/json.ts';
import { freshRoot, openIn } from '../events/scene.ts';

/** Keys of the documents that a query finds among these texts, in order. */
async function search(texts: Readonly<Record<string, string>>) {
  const root = freshRoot();
  const store = openIn(root);
  const documents = Object.entries(texts).map(([key, text]) => ({ key, text, sha256: sha256(text) }));
  await store.appendProject({ type: 'index_written', data: { source: 'docs', documents } });
  const index = openIndex({ root, summarize: () => null, form: '1' });
  onTestFinished(() => index.close());
  return async (query: string) => {
    const parts = { index, embeddings: undefined };
    const { hits } = await recall(parts, { sources: ['docs'], query, k: 50 }, new AbortController().signal);
    return hits.map(({ key }) => key);
  };
}

describe('a query', () => {
  it('finds words in any case, with or without accents and English endings', async () => {
    const find = await search({ a: 'Crème Brûlée is served', b: 'Indexing the logs', c: 'ＦＵＬＬ ｗｉｄｔｈ' });
    expect(await find('CREME')).toEqual(['a']);
    expect(await find('brûlée')).toEqual(['a']);
    expect(await find('indexes log')).toEqual(['b']);
    expect(await find('full width')).toEqual(['c']);
  });

  it('finds any of its words, and ranks by how much they say', async () => {
    const find = await search({
      a: 'the lease of a lock expires',
      b: 'the lock is taken',
      c: 'the sky is blue',
      d: 'the sea is deep',
      e: 'the hill is high',
    });
    expect(await find('lease lock')).toEqual(['a', 'b']);
    expect(await find('nothing of it')).toEqual(['a']);
    expect(await find('zebra')).toEqual([]);
  });

  it('in quotes must occur word for word, and the other words only lift', async () => {
    const find = await search({
      a: 'a run waits in doubt',
      b: 'doubt in a run',
      c: 'a crash leaves a write in doubt',
      d: 'a crash',
      e: 'other',
      f: 'more',
      g: 'words',
    });
    expect(await find('"in doubt"')).toEqual(['a', 'c'].toSorted());
    expect(await find('"in doubt" crash')).toEqual(['c', 'a']);
    expect(await find('“in doubt” "a write"')).toEqual(['c']);
  });

  it('finds stretches of scripts without spaces, down to one letter', async () => {
    const find = await search({
      zh: '用户可以在设置页面重置密码。',
      ja: 'スキルを実行するとイベントが記録される',
      ko: '데이터베이스를 다시 만든다',
      th: 'ระบบบันทึกเหตุการณ์ทั้งหมด',
      mixed: 'Reyn実行ログ',
      en: 'nothing of the kind',
    });
    expect(await find('重置密码')).toEqual(['zh']);
    expect(await find('如何重置用户密码')).toEqual(['zh']);
    expect((await find('実行')).toSorted()).toEqual(['ja', 'mixed']);
    expect(await find('"イベントが記録"')).toEqual(['ja']);
    expect(await find('"記録がイベント"')).toEqual([]);
    expect(await find('데이터베이스')).toEqual(['ko']);
    expect(await find('เหตุการณ์')).toEqual(['th']);
    expect(await find('码')).toEqual(['zh']);
    expect(await find('Reyn')).toEqual(['mixed']);
    expect(await find('"Reyn実行"')).toEqual(['mixed']);
  });

  it.each([
    '"',
    '""',
    'a"b',
    'title:a',
    'a AND',
    'NOT a',
    'a NEAR(b, 2)',
    '-a ^b c*',
    '(a',
    "a'; DROP TABLE documents; --",
    'a\u0000b',
    '{x} : y',
    '\ud800',
  ])('is never taken for syntax: %j', async (query) => {
    const find = await search({ a: 'a b c', b: 'not near and or' });
    expect(await find(query)).toBeInstanceOf(Array);
    expect(await find('near')).toEqual(['b']);
  });

  it('is never taken for syntax, whatever it is', async () => {
    const find = await search({ a: 'a b c' });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'"()*^:-+{} aANDORNOTNEAR実') }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (query) => {
        await find(query);
      }),
      { numRuns: 200 },
    );
  });

  it('finds every word of a text that is quoted from it', async () => {
    const text =
      'A write is planned, made durable as an intent, done, and confirmed: 計画してから実行する、then 記録。';
    const find = await search({ whole: text, other: 'nothing' });
    for (let from = 0; from < text.length; from += 3) {
      const part = text.slice(from, from + 20).replace(/^[a-z]*|[a-zA-Z]*$/g, '');
      if (/[\p{L}]/u.test(part)) expect(await find(`"${part}"`), part).toEqual(['whole']);
    }
  });
});

describe('passages of a text', () => {
  it('are whole lines with their numbers, ending where a paragraph ends', () => {
    const paragraph = (n: number) => Array.from({ length: 8 }, (_, i) => `paragraph ${n} line ${i} ${'x'.repeat(70)}`);
    const text = ['# Title', ...paragraph(1), '', ...paragraph(2), '', '## More', ...paragraph(3)].join('\n');
    const passages = passagesOf(text);
    const lines = text.split('\n');
    for (const { first, last, text: piece } of passages) {
      expect(piece).toBe(lines.slice(first - 1, last).join('\n'));
      expect(piece.length).toBeLessThanOrEqual(1_300);
    }
    expect(passages.map(({ first, last }) => [first, last])).toEqual([
      [1, 9],
      [10, 18],
      [19, 28],
    ]);
  });

  it('hold every word once, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constant('word '.repeat(500)), fc.constant('語'.repeat(3000)))),
        (lines) => {
          const text = lines.join('\n');
          const kept = passagesOf(text)
            .map(({ text: piece }) => piece)
            .join('')
            .replace(/\s/g, '');
          expect(kept).toBe(text.replace(/\s/g, ''));
        },
      ),
    );
  });

  it('of one long line are told apart, and none holds half a character', () => {
    const passages = passagesOf(`short\n${'😀'.repeat(2000)}\nend`);
    expect(passages.every(({ text }) => text.isWellFormed() && text.length <= 1_200)).toBe(true);
    expect(passages.filter(({ first }) => first === 2).map(({ part }) => part)).toEqual([0, 1, 2, 3]);
  });

  it('of nothing are none', () => {
    expect(passagesOf('')).toEqual([]);
    expect(passagesOf(' \n\n\t')).toEqual([]);
  });
});
