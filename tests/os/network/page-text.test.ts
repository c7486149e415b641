import { describe, expect, it } from 'vitest';
import { pageText } from '../../../src/os/network/page-text.ts';

const page = (type: string, body: string | Buffer, charset?: string) =>
  pageText(
    {
      url: 'https://ok.test/',
      status: 200,
      type,
      body: Buffer.from(body),
      hops: [],
      ...(charset === undefined ? {} : { charset }),
    },
    1_000,
  );

describe('what was fetched, as text', () => {
  it.each([
    ['text/plain', 'a <b> c', 'a <b> c'],
    ['application/json', '{"a":"<p>"}', '{"a":"<p>"}'],
    ['application/ld+json', '{}', '{}'],
    ['image/svg+xml', '<svg/>', '<svg/>'],
    ['', 'words', 'words'],
    ['application/octet-stream', 'words', 'words'],
    ['text/html', '<p>a<p>b', 'a\n\nb'],
    ['application/xhtml+xml', '<p>a</p>', 'a'],
  ])('of the type %j is %j as it stands or as it reads', async (type, body, text) => {
    expect(await page(type, body)).toEqual({ text, more: false });
  });

  it.each([
    ['image/png', Buffer.from([0x89, 0x50])],
    ['application/pdf', '%PDF-1.7 text'],
    ['application/zip', 'PK'],
    ['', Buffer.from([0xff, 0xd8, 0x01])],
    ['text/plain', Buffer.from('a\u0000b')],
    ['text/html', Buffer.from('<p>\u0000')],
    ['application/octet-stream', Buffer.from([1, 2, 0])],
    ['video/mp4\u001b', 'x'],
  ])('is refused when it is none: %j', async (type, body) => {
    await expect(page(type, body)).rejects.toMatchObject({
      code: 'not_text',
      message: expect.not.stringContaining('\u001b') as string,
    });
  });

  it('is read in the encoding that it says it has', async () => {
    expect((await page('text/plain', Buffer.from([0xe9]), 'iso-8859-1')).text).toBe('\u00e9');
    expect((await page('text/plain', Buffer.from('\ufeff\u00e9', 'utf16le'))).text).toBe('\u00e9');
    expect((await page('text/plain', Buffer.from('\u00e9', 'utf16le'), 'utf-16le')).text).toBe('\u00e9');
    expect((await page('text/html', Buffer.from('<meta charset="windows-1252"><p>\u00e9', 'latin1'))).text).toBe(
      '\u00e9',
    );
    expect(
      (
        await page(
          'text/html',
          Buffer.from('<meta http-equiv=x content="text/html; charset=shift_jis">\x83e', 'latin1'),
        )
      ).text,
    ).toBe('\u30c6');
    expect((await page('text/plain', Buffer.from('\ufeff\u00e9'), 'no-such-charset')).text).toBe('\u00e9');
    expect((await page('text/plain', Buffer.from([0x61, 0xff]))).text).toBe('a\ufffd');
  });

  it('is cut at the limit', async () => {
    expect(await page('text/plain', 'x'.repeat(2_000))).toEqual({ text: 'x'.repeat(1_000), more: true });
  });
});
