import { describe, expect, it } from 'vitest';
import { htmlText } from '../../../src/os/network/html-text.ts';

const BASE = new URL('https://ok.test/dir/page');
const textOf = async (html: string) => (await htmlText(html, BASE, 50_000)).text;

describe('the text of a page', () => {
  it('has title, headings, paragraphs, lists, tables, links, in the order of the page', async () => {
    const html = `<!doctype html><html><head><title>Cats &amp; dogs</title><meta charset=utf-8><style>p{}</style>
      <script>alert("x")</script></head><body><h1>Hello</h1><p>One
      two&nbsp;<b>three</b>.<p>See <a href="../x?y=1&amp;z=2">the <i>link</i></a>, <a href="#a">here</a> and <a href="javascript:alert(1)">this</a>.
      <ul><li>a<li>b</ul><table><tr><th>k</th><th>v</th></tr><tr><td>1</td><td>2</td></tr></table>
      <pre>x\n  y</pre><img src=a.png alt="a cat"><br>end<!-- not this --></body></html>`;
    expect(await textOf(html)).toBe(
      [
        'Cats & dogs\n',
        '# Hello\n',
        'One two\u00a0three.\n',
        'See the link (https://ok.test/x?y=1&z=2), here and this.\n',
        '- a',
        '- b\n',
        'k\tv',
        '1\t2\n',
        'x\n  y\n',
        '[image: a cat]',
        'end',
      ].join('\n'),
    );
  });

  it('has nothing that the page hides from its readers', async () => {
    const html = `<p>seen<p hidden>no1<p>seen too<div style="color:red; DISPLAY : none"><div>no2</div>no3</div>
      <span style="font-size:0">no4</span><span style="font-size:0.9em">small</span><span style="visibility:hidden">no5</span>
      <template>no6</template><svg><title>no7</title></svg><iframe>no8</iframe><noembed>no9</noembed><input hidden>after`;
    expect(await textOf(html)).toBe('seen\n\nseen too\nsmall after');
  });

  it('takes what is in a script, a comment or an attribute for no text', async () => {
    for (const html of [
      '<script>"<p>no</p>"</script>x',
      '<script>no<!-- </p> --></script >x',
      '<style>no</style/>x',
      '<!-- <p>no --> x',
      '<!--> x',
      '<p title="no > no">x',
      "<p title='no'>x",
      '<textarea></textarea>x',
      '<![CDATA[no]]>x',
      '<?php no ?>x',
    ]) {
      expect(await textOf(html), html).toBe('x');
    }
  });

  it('reads characters however they are written', async () => {
    expect(await textOf('&lt;p&gt; &#x41;&#66; &eacute; &made-up; a & b &amp;lt;')).toBe(
      '<p> AB \u00e9 &made-up; a & b &lt;',
    );
  });

  it('stops at the limit and says so, never in the middle of a character', async () => {
    expect(await htmlText(`<p>${'x'.repeat(100)}`, BASE, 10)).toEqual({ text: 'x'.repeat(10), more: true });
    expect(await htmlText('<p>0123456789', BASE, 10)).toEqual({ text: '0123456789', more: false });
    expect(await htmlText('<p>012345678\ud83d\ude00', BASE, 10)).toEqual({ text: '012345678', more: true });
  });

  const wide = `<table>${`<tr>${'<td>x</td>'.repeat(100)}</tr>`.repeat(1000)}</table>`;
  it.each([
    ['very deep elements', '<div>'.repeat(200_000)],
    ['very deep elements that close', `${'<div>'.repeat(90_000)}${'</p>'.repeat(90_000)}`],
    ['very deep lists', '<ul><li>'.repeat(100_000)],
    ['many links', '<a href=x>y'.repeat(90_000)],
    ['many links that are never closed', '<a href="?'.repeat(90_000)],
    ['a wide table', wide],
    ['a cell that spans a billion', '<table><tr><td rowspan=1000000000 colspan=1000000000>x</td></tr></table>'],
    ['very many attributes', `<a ${'x=y '.repeat(200_000)}>z</a>`],
    ['a very long attribute', `<a href="${'&amp;'.repeat(200_000)}">z</a>`],
    ['a very long style', `<p style="${'display '.repeat(100_000)}">z`],
    ['only less-than signs', '<'.repeat(1_000_000)],
    ['only ampersands', '&'.repeat(1_000_000)],
    ['comments that never end', '<!--'.repeat(250_000)],
    ['hidden elements that never end', '<p hidden>'.repeat(100_000)],
    ['white space', `<pre>${' '.repeat(1_000_000)}x`],
    ['scripts that never end', '<script>'.repeat(100_000)],
  ])('takes no time for %s', async (_what, html) => {
    const begun = performance.now();
    const { text } = await htmlText(html, BASE, 50_000);
    expect(text.length).toBeLessThanOrEqual(50_000);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
