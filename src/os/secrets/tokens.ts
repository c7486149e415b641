import { isPlaceholder, isRandom } from './plausible.ts';
import { RANK, type Report } from './spans.ts';
import { TOKEN_RULES } from './token-table.ts';

/** Tokens that tell by themselves what they are. One scan finds every beginning; only there is a rule tried. */

type Rule = { readonly kind: string; readonly at: string; readonly body: RegExp; readonly common: boolean };

const RULES: readonly Rule[] = TOKEN_RULES.flatMap(({ kind, at, body, common = false }) =>
  at.map((prefix) => ({ kind, at: prefix, body: new RegExp(body, 'y'), common })),
);

const BY_PREFIX = new Map<string, Rule[]>();
for (const rule of RULES.toSorted((a, b) => b.at.length - a.at.length)) {
  const key = rule.at.slice(0, 2);
  BY_PREFIX.set(key, [...(BY_PREFIX.get(key) ?? []), rule]);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const PREFIXES = [...new Set(RULES.map(({ at }) => at))].toSorted((a, b) => b.length - a.length);
const BEGINNINGS = new RegExp(`(?<![A-Za-z0-9])(?:${PREFIXES.map(escaped).join('|')})`, 'g');

export function findTokens(text: string, report: Report): void {
  BEGINNINGS.lastIndex = 0;
  for (let hit = BEGINNINGS.exec(text); hit !== null; hit = BEGINNINGS.exec(text)) {
    const start = hit.index;
    const end = tokenAt(text, start, report);
    if (end > BEGINNINGS.lastIndex) BEGINNINGS.lastIndex = end;
  }
  findShapes(text, report);
}

/** @returns where the token ends, or its beginning where there is none. */
function tokenAt(text: string, start: number, report: Report): number {
  for (const { kind, at, body, common } of BY_PREFIX.get(text.slice(start, start + 2)) ?? []) {
    if (!text.startsWith(at, start)) continue;
    body.lastIndex = start + at.length;
    const found = body.exec(text);
    if (found === null) continue;
    const secret = found[0].replace(/\.+$/, '');
    const end = start + at.length + secret.length;
    if (isPlaceholder(secret) || (common && !(isRandom(secret) && standsAlone(text, start, end)))) continue;
    report({ start, end, label: kind, rank: RANK.token, value: at + secret });
    if (kind === 'aws_access_key_id') secretNear(text, end, report);
    return end;
  }
  return start;
}

/** Whether a text is no part of a longer one in base64, where any beginning turns up. */
function standsAlone(text: string, start: number, end: number): boolean {
  return !'+/='.includes(text[start - 1] ?? ' ') && !'+/='.includes(text[end] ?? ' ');
}

const NEAR = 160;
const AWS_SECRET = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/;

/** The secret that stands behind the id of its key, as in a CSV or a command line. */
function secretNear(text: string, from: number, report: Report): void {
  const found = AWS_SECRET.exec(text.slice(from, from + NEAR));
  if (found === null || !isMixed(found[0])) return;
  const start = from + found.index;
  report({ start, end: start + 40, label: 'aws_secret_access_key', rank: RANK.token, value: found[0] });
}

function isMixed(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && isRandom(text) && !isPlaceholder(text);
}

/** Tokens without a beginning of their own. */
const SHAPES: readonly { kind: string; hint: string; shape: RegExp }[] = [
  { kind: 'discord_token', hint: '.', shape: /(?<![\w.-])[MNO][\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,45}(?![\w-])/g },
  { kind: 'telegram_token', hint: ':', shape: /(?<![\w:.-])\d{8,10}:[\w-]{35}(?![\w-])/g },
  { kind: 'openai_key', hint: 'T3BlbkFJ', shape: /(?<![\w-])[\w-]{16,128}T3BlbkFJ[\w-]{16,128}/g },
  { kind: 'azure_key', hint: 'JQQJ9', shape: /(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}(?![A-Za-z0-9])/g },
  { kind: 'azure_key', hint: '+A', shape: /(?<![\w+/])[\w+/]{76}\+(?:ASt|ABa|AMC|ACR|AEh|ARm|AIoT)[\w+/]{3,8}==/g },
  { kind: 'azure_key', hint: 'Az', shape: /(?<![\w+/-])[\w+/-]{40,44}Az(?:Fu|Se|Ca|Co)[\w+/-]{4,8}={0,2}(?![\w+/=-])/g },
  { kind: 'azure_client_secret', hint: 'Q~', shape: /(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w.~-])/g },
  { kind: 'azure_devops_token', hint: 'AZDO', shape: /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/g },
  { kind: 'terraform_token', hint: '.atlasv1.', shape: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,128}/g },
  { kind: 'mailchimp_key', hint: '-us', shape: /(?<![\da-f])[\da-f]{32}-us\d{1,2}(?!\w)/g },
  { kind: 'mailgun_key', hint: '-', shape: /(?<![\da-f-])[\da-f]{32}-[\da-f]{8}-[\da-f]{8}(?![\da-f-])/g },
  { kind: 'maxmind_key', hint: '_mmk', shape: /(?<!\w)[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk/g },
  { kind: 'asana_token', hint: '/', shape: /(?<![\w/])[12]\/\d{10,20}(?:\/\d{10,20})?:[\da-f]{32}(?!\w)/g },
  { kind: 'facebook_token', hint: '|', shape: /(?<!\d)\d{15,16}\|[\w-]{27,40}(?![\w-])/g },
  { kind: 'fly_token', hint: 'FlyV1 ', shape: /FlyV1 [\w+/=,-]{40,4096}/g },
];

function findShapes(text: string, report: Report): void {
  for (const { kind, hint, shape } of SHAPES) {
    if (!text.includes(hint)) continue;
    for (const found of text.matchAll(shape)) {
      const { index: start, 0: value } = found;
      if (isPlaceholder(value) || !isRandom(value)) continue;
      report({ start, end: start + value.length, label: kind, rank: RANK.token, value });
    }
  }
}
