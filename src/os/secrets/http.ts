import { isPassword, isPlaceholder, isRandom, isTemplate, isToken } from './plausible.ts';
import { RANK, type Report } from './spans.ts';

/** Secrets at their places in HTTP and in addresses: headers, cookies, user information and queries of URLs. */

const AUTHORIZATION =
  /authorization(?:\\{0,4}["'`]|\])?[ \t]{0,8}(?:[:=,]|\+?=)[ \t\\]{0,8}["'`]?(?:([A-Za-z][A-Za-z0-9-]{2,24})[ \t\\]{1,8})?([^\s"'`,;<>\\]{6,8192})/iy;
const BEARER = /(?<![A-Za-z])(?:bearer|basic)[ \t]{1,4}["'`]?([A-Za-z0-9._~+/=|-]{16,8192})/iy;
const SIGNED = /(?:Signature|response)="?([A-Za-z0-9+/=]{32,128})/g;
const COOKIE = /cookie["'`]?[ \t]{0,4}[:=][ \t]{0,4}["'`]?([^\r\n"'`]{8,8192})/iy;
const COOKIE_ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version|comment)$/i;
const COOKIE_SECRET = /sess|sid|token|auth|jwt|csrf|xsrf|secret|remember|login|identity|key|cf_clearance/i;

export function findHeaders(text: string, lower: string, report: Report): void {
  each(lower, 'authorization', (at) => {
    AUTHORIZATION.lastIndex = at;
    const found = AUTHORIZATION.exec(text);
    if (found === null) return;
    const [, scheme = '', value = ''] = found;
    if (/^aws4|^digest/i.test(scheme) || /^(?:Credential|username)=/.test(value)) return signed(text, at, report);
    const end = AUTHORIZATION.lastIndex;
    if (isCredential(value, scheme)) report(header(end - value.length, value, scheme));
  });
  for (const word of ['bearer', 'basic']) {
    each(lower, word, (at) => {
      BEARER.lastIndex = at;
      const value = BEARER.exec(text)?.[1];
      if (value === undefined || !isToken(value)) return;
      if (word === 'basic' && !isPair(value)) return;
      report(header(BEARER.lastIndex - value.length, value, word));
    });
  }
  each(lower, 'cookie', (at) => {
    COOKIE.lastIndex = at;
    const value = COOKIE.exec(text)?.[1];
    if (value !== undefined) cookies(value, COOKIE.lastIndex - value.length, report);
  });
}

function each(text: string, word: string, act: (at: number) => void): void {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) act(at);
}

function header(start: number, value: string, scheme: string) {
  const label = scheme.toLowerCase() === 'basic' ? 'basic_auth' : 'authorization';
  return { start, end: start + value.length, label, rank: RANK.header, value };
}

/** What follows a scheme is a credential unless it is a placeholder, a word of prose or code. */
function isCredential(value: string, scheme: string): boolean {
  if (isPlaceholder(value) || value.length < 8) return false;
  if (/^basic$/i.test(scheme)) return isPair(value) || isToken(value);
  return isPassword(value) || isRandom(value);
}

function isPair(base64: string): boolean {
  return Buffer.from(base64, 'base64').toString('latin1').includes(':');
}

const SIGNED_LENGTH = 2048;

function signed(text: string, from: number, report: Report): void {
  const line = text.slice(from, from + SIGNED_LENGTH).split(/[\r\n]/, 1)[0] ?? '';
  for (const found of line.matchAll(SIGNED)) {
    const value = found[1] ?? '';
    const start = from + found.index + found[0].length - value.length;
    report({ start, end: start + value.length, label: 'signature', rank: RANK.header, value });
  }
}

function cookies(pairs: string, from: number, report: Report): void {
  for (const found of pairs.matchAll(/([^=;\s]{1,128})=([^;\s]{8,4096})/g)) {
    const [whole, name = '', value = ''] = found;
    if (COOKIE_ATTRIBUTE.test(name) || isPlaceholder(value)) continue;
    if (!(COOKIE_SECRET.test(name) ? isPassword(value) || isRandom(value) : isToken(value))) continue;
    const start = from + found.index + whole.length - value.length;
    report({ start, end: start + value.length, label: 'cookie', rank: RANK.header, value });
  }
}

const USERINFO = /:\/\/([^\s/?#:@"'`<>\\]{0,256})(?::([^\s/?#"'`<>\\]{1,1024}))?@(?=[\w[$%{-])/y;
/** Passwords with a slash are wrong and common in addresses of databases. */
const DATABASE = /:\/\/([^\s/?#:@"'`<>\\]{1,256}):(?!\d{1,5}[/?#])([^\s"'`<>@\\]{1,256})@(?=[\w[])/y;
const DATABASE_SCHEME = /(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|jdbc|clickhouse|nats|kafka|ldaps?|s?ftp|smtps?)(?:\+\w+)?$/i;
const HTTP_TOKEN = 20;

export function findUserinfo(text: string, report: Report): void {
  each(text, '://', (at) => {
    USERINFO.lastIndex = at;
    let found = USERINFO.exec(text);
    let end = USERINFO.lastIndex - 1;
    if (found === null && DATABASE_SCHEME.test(text.slice(Math.max(0, at - 24), at))) {
      DATABASE.lastIndex = at;
      found = DATABASE.exec(text);
      end = DATABASE.lastIndex - 1;
    }
    if (found === null) return;
    const [, user = '', password] = found;
    const userStart = at + 3;
    if (password !== undefined && !isTemplate(password)) {
      report({ start: end - password.length, end, label: 'url_password', rank: RANK.header, value: password });
    }
    const isAlone = password === undefined || password === 'x-oauth-basic';
    if (isAlone && user.length >= HTTP_TOKEN && isToken(user)) {
      const span = { start: userStart, end: userStart + user.length };
      report({ ...span, label: 'url_token', rank: RANK.header, value: user });
    }
  });
}

const CODE_PARAMETER = /[?&](?:code|key|st|hash_key)=([^&\s"'`<>#\\]{20,2048})/g;

/** Parameters that are a secret in an address only: the code of an OAuth answer, `?key=`. */
export function findParameters(text: string, report: Report): void {
  if (!text.includes('code=') && !text.includes('key=')) return;
  for (const found of text.matchAll(CODE_PARAMETER)) {
    const value = found[1] ?? '';
    const start = found.index + found[0].length - value.length;
    if (isToken(value)) report({ start, end: start + value.length, label: 'secret', rank: RANK.named, value });
  }
}

const OPTION = /[ \t](-u|--user|-p|-a|--pass)(?:[ \t=]{1,4}|(?<=-p))["']?([^\s"'`]{1,256})/g;
const LOOK_BACK = 512;
const PROGRAMS: Readonly<Record<string, RegExp>> = {
  '-u': /(?:curl|wget|httpie|http|https|xh)\b/,
  '--user': /(?:curl|wget)\b/,
  '-p': /(?:sshpass|docker login|podman login|helm registry login|mysql|mysqldump|mysqladmin|mongo|mongosh|mongodump|psql|zip|az login)\b/,
  '-a': /redis-cli\b/,
  '--pass': /\b/,
};

/** Passwords that programs take behind a short option. */
export function findOptions(text: string, report: Report): void {
  if (!/[ \t](?:-u|--user|-p|-a|--pass)/.test(text)) return;
  for (const found of text.matchAll(OPTION)) {
    const [whole, option = '', given = ''] = found;
    const line = text.slice(Math.max(0, found.index - LOOK_BACK), found.index).split(/[\r\n|;]|&&/).at(-1) ?? '';
    if (PROGRAMS[option]?.test(line) !== true) continue;
    const pair = option === '-u' || option === '--user' ? given.slice(given.indexOf(':') + 1) : given;
    if ((option === '-u' || option === '--user') && !given.includes(':')) continue;
    if (isTemplate(pair) || !isPassword(pair)) continue;
    const start = found.index + whole.length - pair.length;
    report({ start, end: start + pair.length, label: 'password', rank: RANK.named, value: pair });
  }
}
