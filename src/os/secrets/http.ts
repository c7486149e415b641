import { isPassword, isPlaceholder, isRandom, isTemplate, isToken } from './plausible.ts';
import { RANK, type Report } from './spans.ts';

/** Secrets at their places in HTTP and in addresses: headers, cookies, user information and queries of URLs. */

const AUTHORIZATION =
  /authorization(?:\\{0,4}["'`]|\])?[ \t]{0,8}(?:[:=,]|\+?=)[ \t\\]{0,8}["'`]?(?:([A-Za-z][A-Za-z0-9-]{2,24})[ \t\\]{1,8})?([^\s"'`,;<>\\]{6,8192})/iy;
const BEARER = /(?<![A-Za-z])(bearer|basic)[ \t]{1,4}["'`]?([A-Za-z0-9._~+/=|-]{16,8192})/iy;
const SIGNED = /(?:Signature|response)="?([A-Za-z0-9+/=]{32,128})/g;
const COOKIE = /cookie["'`]?[ \t]{0,4}[:=][ \t]{0,4}["'`]?([^\r\n"'`]{8,8192})/iy;
const COOKIE_ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version|comment)$/i;
const COOKIE_SECRET = /sess|sid|token|auth|jwt|csrf|xsrf|secret|remember|login|identity|key|cf_clearance/i;

/** Reports the credential of an `Authorization` header that begins at `at`. */
export function authorizationAt(text: string, at: number, report: Report): void {
  AUTHORIZATION.lastIndex = at;
  const found = AUTHORIZATION.exec(text);
  if (found === null) return;
  const [, scheme = '', value = ''] = found;
  if (/^aws4|^digest/i.test(scheme) || /^(?:Credential|username)=/.test(value)) signed(text, at, report);
  else if (isCredential(value, scheme)) report(header(AUTHORIZATION.lastIndex - value.length, value, scheme));
}

/** The credential behind the word `Bearer` or `Basic`, wherever that stands. */
export function schemeAt(text: string, at: number, report: Report): void {
  BEARER.lastIndex = at;
  const [, scheme = '', value = ''] = BEARER.exec(text) ?? [];
  if (value === '' || !isToken(value) || (/basic/i.test(scheme) && !isPair(value))) return;
  report(header(BEARER.lastIndex - value.length, value, scheme));
}

/** The values of a `Cookie` or `Set-Cookie` header. */
export function cookieAt(text: string, at: number, report: Report, memory: { cookieEnd: number }): void {
  if (at < memory.cookieEnd) return;
  COOKIE.lastIndex = at;
  const value = COOKIE.exec(text)?.[1];
  if (value === undefined) return;
  memory.cookieEnd = COOKIE.lastIndex;
  cookies(value, COOKIE.lastIndex - value.length, report);
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
const DATABASE_SCHEME =
  /(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|jdbc|clickhouse|nats|kafka|ldaps?|s?ftp|smtps?)(?:\+\w+)?$/i;
const LONG_USER = 20;

/** Reports the password, or the token without one, before the host of an address whose `://` stands at `at`. */
export function userinfoAt(text: string, at: number, report: Report): void {
  let found = matchAt(USERINFO, text, at);
  if (found === null && DATABASE_SCHEME.test(text.slice(Math.max(0, at - 24), at))) {
    found = matchAt(DATABASE, text, at);
  }
  if (found === null) return;
  const [whole, user = '', password] = found;
  const end = at + whole.length - 1;
  if (password !== undefined && !isTemplate(password)) {
    report({ start: end - password.length, end, label: 'url_password', rank: RANK.header, value: password });
  }
  const isAlone = password === undefined || password === 'x-oauth-basic';
  if (!isAlone || user.length < LONG_USER || !isToken(user)) return;
  const start = at + '://'.length;
  report({ start, end: start + user.length, label: 'url_token', rank: RANK.header, value: user });
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

const CODE = /[?&]code=([^&\s"'`<>#\\]{20,2048})/iy;

/** The code of an OAuth answer. */
export function codeAt(text: string, at: number, report: Report): void {
  const value = matchAt(CODE, text, at)?.[1];
  if (value === undefined || !isToken(value)) return;
  const end = CODE.lastIndex;
  report({ start: end - value.length, end, label: 'oauth_code', rank: RANK.named, value });
}
