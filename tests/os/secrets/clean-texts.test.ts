import { describe, expect, it } from 'vitest';
import { openCleanTexts } from '../../../src/os/secrets/clean-texts.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { letters } from './samples.ts';

describe('texts that were found clean', () => {
  it('are known again, and no other text is taken for one of them', () => {
    const clean = openCleanTexts();
    const [text, alike] = ['a word in the middle of it', 'a worm in thx middle of it'];
    clean.add(text);
    expect(clean.has(text)).toBe(true);
    expect(clean.has(`${text}`.split('').join(''))).toBe(true);
    expect(clean.has(alike)).toBe(false);
    expect(clean.has('')).toBe(false);
  });

  it('are forgotten when others come, and never remembered when they are long', () => {
    const clean = openCleanTexts();
    const texts = Array.from({ length: 5000 }, (_, i) => `text ${i}`);
    for (const text of texts) clean.add(text);
    expect(texts.filter((text) => clean.has(text)).length).toBeLessThan(600);
    clean.add('x'.repeat(100_000));
    expect(clean.has('x'.repeat(100_000))).toBe(false);
  });

  it('do not hide a secret that is written in their place', () => {
    const redactor = openRedactor({ known: [] });
    const token = `ghp_${letters(36)}`;
    const harmless = `ghp ${token.slice(4, 20)} and words ${token.at(-1)}`;
    for (let round = 0; round < 3; round++) {
      expect(redactor.text(harmless)).toBe(harmless);
      expect(redactor.text(token)).not.toContain(token);
    }
  });
});
