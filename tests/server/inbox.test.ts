import { readFileSync } from 'node:fs';
import { Window } from 'happy-dom';
import { describe, expect, it } from 'vitest';
import { asks, type Scene, withServer, writes } from './serving.ts';

type Question = { id: string; digest: string; text: string };

const bearer = ({ serving }: Scene) => ({ authorization: `Bearer ${serving.token}` });

async function questions(scene: Scene): Promise<readonly Question[]> {
  const response = await fetch(`${scene.serving.origin}/v1/inbox`, { headers: bearer(scene) });
  return ((await response.json()) as { questions: Question[] }).questions;
}

function give(scene: Scene, id: string, body: object): Promise<Response> {
  const { origin } = scene.serving;
  const headers = { ...bearer(scene), origin, 'content-type': 'application/json' };
  return fetch(`${origin}/v1/inbox/${id}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('an answer', () => {
  it('is recorded once, bound to the question, and the run goes on', () =>
    withServer(asks('Which?', ['yes', 'no']), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const [question] = await questions(scene);
      const { id = '', digest = '' } = question ?? {};
      const [one, two] = await Promise.all([
        give(scene, id, { answer: 'yes', digest }),
        give(scene, id, { answer: 'no', digest }),
      ]);
      expect([one.status, two.status].sort()).toEqual([202, 409]);
      expect((await give(scene, id, { answer: 'no', digest })).status).toBe(409);
      await scene.serving.close();
      const answers = scene.project.events(run).filter(({ type }) => type === 'intervention_answered');
      expect(answers).toHaveLength(1);
      expect(scene.project.types(run).at(-1)).toBe('run_finished');
    }));

  it('to another question than was seen is refused, and the question stays open', () =>
    withServer(asks('Which?', ['yes', 'no']), async (scene) => {
      await scene.project.run('asks', 'go');
      const [question] = await questions(scene);
      const response = await give(scene, question?.id ?? '', { answer: 'yes', digest: 'of another' });
      expect(response.status).toBe(409);
      expect(await questions(scene)).toHaveLength(1);
    }));

  it('that is none of the choices is refused with what there is, and may be given again', () =>
    withServer(asks('Which?', ['yes', 'no']), async (scene) => {
      await scene.project.run('asks', 'go');
      const [{ id, digest } = { id: '', digest: '' }] = await questions(scene);
      const response = await give(scene, id, { answer: 'maybe', digest });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: 'usage', hint: 'Answer with one of: yes, no.' } });
      expect((await give(scene, id, { answer: 'yes', digest })).status).toBe(202);
    }));

  it('keeps why it was given, and refuses words that are none', () =>
    withServer(asks('Which?', ['yes', 'no']), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const [{ id, digest } = { id: '', digest: '' }] = await questions(scene);
      expect((await give(scene, id, { answer: 'yes', digest, words: 1 })).status).toBe(400);
      expect((await give(scene, id, { answer: 'yes', digest, words: 'It is late.' })).status).toBe(202);
      await scene.serving.close();
      const [answered] = scene.project.events(run).filter(({ type }) => type === 'intervention_answered');
      expect(answered?.data).toMatchObject({ answer: 'yes', words: 'It is late.' });
    }));

  it('to the beginning of an id, or to none, finds nothing', () =>
    withServer(asks('Which?'), async (scene) => {
      await scene.project.run('asks', 'go');
      const [{ id, digest } = { id: '', digest: '' }] = await questions(scene);
      for (const wrong of [id.slice(0, 4), 'nothing', '%00', '..%2f']) {
        expect((await give(scene, wrong, { answer: 'x', digest })).status).toBe(404);
      }
    }));
});

describe('runs', () => {
  it('are listed and shown', () =>
    withServer(asks('Which?'), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const get = async (path: string) => {
        const response = await fetch(scene.serving.origin + path, { headers: bearer(scene) });
        return { status: response.status, body: (await response.json()) as object };
      };
      expect(await get('/v1/runs?limit=1')).toMatchObject({
        status: 200,
        body: { runs: [{ run, status: 'waiting' }] },
      });
      expect(await get(`/v1/runs/${run}`)).toMatchObject({ status: 200, body: { run, visits: [{ phase: 'asks' }] } });
      expect(await get('/v1/runs?limit=0')).toMatchObject({ status: 400 });
      expect(await get('/v1/runs/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
      expect(await get(`/v1/runs/${encodeURIComponent('../../etc/passwd')}`)).toMatchObject({ status: 404 });
    }));

  it('are told of as they happen', () =>
    withServer(asks('Which?'), async (scene) => {
      const gone = new AbortController();
      const response = await fetch(`${scene.serving.origin}/v1/events?type=run_suspended`, {
        headers: bearer(scene),
        signal: gone.signal,
      });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      const { run } = await scene.project.run('asks', 'go');
      const decoder = new TextDecoder();
      let got = '';
      for await (const chunk of response.body ?? []) {
        got += decoder.decode(chunk as Uint8Array, { stream: true });
        if (got.includes('data: ')) break;
      }
      gone.abort();
      const [, data = ''] = /^data: (.*)$/m.exec(got) ?? [];
      expect(JSON.parse(data)).toMatchObject({ type: 'run_suspended', run });
      expect(scene.said).toEqual([]);
    }));
});

const HOSTILE = [
  '<script>fetch("/api/approve",{method:"POST"})</script>',
  '</script><script>alert(1)//',
  '![x](http://evil.test/p.png)',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  "'onmouseover='alert(1)",
  '</pre></main><iframe src="http://evil.test">',
  '<!--',
  '&lt;b&gt;',
  'a\u202egnp.exe\u2066',
];

/** The inbox as a browser gets it, with its script running against the server. */
async function openBrowser(scene: Scene) {
  const cookie = await scene.cookie();
  const { origin } = scene.serving;
  const text = await (await fetch(`${origin}/dashboard/inbox`, { headers: { cookie } })).text();
  const window = new Window({ url: `${origin}/dashboard/inbox`, settings: { disableJavaScriptFileLoading: true } });
  window.document.write(text);
  const sent: Promise<Response>[] = [];
  const send = (path: string, init: RequestInit = {}) => {
    const own = { cookie, origin, 'sec-fetch-site': 'same-origin' };
    const response = fetch(new URL(path, origin), { ...init, headers: { ...own, ...(init.headers as object) } });
    sent.push(response);
    return response;
  };
  class Silent {
    addEventListener() {}
  }
  const script = readFileSync('src/server/assets/dashboard.js', 'utf8');
  const given = ['document', 'fetch', 'EventSource', 'Element', 'DOMParser', 'location', 'setTimeout', 'clearTimeout'];
  new Function(...given, script)(
    window.document,
    send,
    Silent,
    window.Element,
    window.DOMParser,
    window.location,
    setTimeout,
    clearTimeout,
  );
  return { window, document: window.document, text, sent };
}

describe('the page of the inbox', () => {
  it.each(HOSTILE)('shows %j as text', (hostile) =>
    withServer(asks(`Which? ${hostile}`, ['yes', `no ${hostile}`]), async (scene) => {
      await scene.project.run('asks', hostile);
      const { document, text, window } = await openBrowser(scene);
      expect(text.match(/<script/gi)).toHaveLength(1);
      expect(document.querySelectorAll('img, svg, iframe, object, embed, base, form, style')).toHaveLength(0);
      expect([...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames())).not.toContainEqual(
        expect.stringMatching(/^on/),
      );
      const plain = hostile.replace('\u202e', '\\u202e').replace('\u2066', '\\u2066');
      expect(document.querySelector('h2')?.textContent).toBe(`Which? ${plain}`);
      const [, no] = [...document.querySelectorAll('button')];
      expect(no?.textContent).toBe(`no ${plain}`);
      expect(no?.getAttribute('data-answer')).toBe(scene.project.reyn.inbox()[0]?.choices?.[1]);
      await window.happyDOM.close();
    }),
  );

  it('shows who wants what, why, and what a write would change', () =>
    withServer(writes('out/</pre>.txt', 'one\n</pre><script>alert(1)</script>\n'), async (scene) => {
      await scene.project.run('writes', 'go');
      const { document, text, window } = await openBrowser(scene);
      const terms = [...document.querySelectorAll('dt')].map((each) => each.textContent);
      const values = [...document.querySelectorAll('dd')].map((each) => each.textContent);
      expect(terms).toEqual(['skill', 'phase', 'op', 'resource', 'why']);
      expect(values.slice(0, 4)).toEqual(['writes', 'writes', 'write_file', 'out/</pre>.txt']);
      const added = [...document.querySelectorAll('pre.diff .plus')].map((each) => each.textContent?.trim());
      expect(added).toEqual(['+++ out/</pre>.txt', '+one', '+</pre><script>alert(1)</script>']);
      expect(text.match(/<script/gi)).toHaveLength(1);
      await window.happyDOM.close();
    }));

  it('answers with a button, and the question is gone', () =>
    withServer(asks('Which?', ['yes', 'no']), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const { document, sent, window } = await openBrowser(scene);
      document.querySelectorAll('button')[1]?.click();
      expect((await sent[0])?.status).toBe(202);
      await scene.serving.close();
      const [answered] = scene.project.events(run).filter(({ type }) => type === 'intervention_answered');
      expect(answered?.data).toMatchObject({ answer: 'no' });
      await window.happyDOM.close();
    }));

  it('answers with what was typed', () =>
    withServer(asks('Which?'), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const { document, sent, window } = await openBrowser(scene);
      const input = document.querySelector('input');
      if (input !== null) input.value = 'the <b>second</b>';
      document.querySelector('button')?.click();
      expect((await sent[0])?.status).toBe(202);
      await scene.serving.close();
      const [answered] = scene.project.events(run).filter(({ type }) => type === 'intervention_answered');
      expect(answered?.data).toMatchObject({ answer: 'the <b>second</b>' });
      await window.happyDOM.close();
    }));
});

describe('the page of runs', () => {
  it('shows each run, and how many questions wait', () =>
    withServer(asks('Which?'), async (scene) => {
      const { run } = await scene.project.run('asks', 'go');
      const headers = bearer(scene);
      const page = await (await fetch(`${scene.serving.origin}/dashboard/runs`, { headers })).text();
      const window = new Window();
      window.document.write(page);
      const cells = [...window.document.querySelectorAll('tbody td')].map((cell) => cell.textContent?.trim());
      expect(cells).toEqual([
        run,
        'asks',
        'waiting',
        expect.stringMatching(/^\d{4}-\d\d-\d\d /),
        '1',
        '1',
        '$0.0000',
        '1',
      ]);
      await window.happyDOM.close();
    }));
});
