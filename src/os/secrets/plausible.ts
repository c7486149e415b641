/** Whether a text can be a secret: not a word, a placeholder, code, a path, a date or a digest. */

/** Stands where a secret would: filled in by a program or a person later, or taken out already. */
const TEMPLATE =
  /^(?:[<[{(%@].*|\$[A-Za-z_]\w*|\$\d|.*(?:\$\{|\{\{|<[\w /-]+>|%[sd]\b|\$\(|\.{3}|…|•{3}|\*{3}).*|\*+|[#%]\w+[#%]|__\w+__)$/s;
const SAID =
  /your[-_ ]?\w*|placeholder|change[-_]?(?:me|it)|example|redacted|dummy|replace[-_]?(?:me|with|this)|insert[-_]|not[-_]?(?:a[-_]?)?real|to[-_]?be[-_]?(?:set|filled)|foo[-_]?bar|x{4,}|0{6,}$|(?:^|[-_])(?:todo|tbd|sample)(?:[-_]|$)/i;
const NOTHING =
  /^(?:true|false|null|none|nil|undefined|unset|empty|string|number|boolean|bytes|any|object|required|optional|default|disabled|enabled|hidden|secret|secrets|token|tokens|password|passwd|pass|key|auto|bearer|basic)$/i;

/** Whether a text only shows where a secret goes. Knows templates of programs alone: `<key>`, `${KEY}`, `%s`, `***`. */
export function isTemplate(value: string): boolean {
  return TEMPLATE.test(value);
}

/** Whether a text stands for a secret that is not there. */
export function isPlaceholder(value: string): boolean {
  return NOTHING.test(value) || SAID.test(value) || isTemplate(value) || isRepetition(value);
}

function isRepetition(value: string): boolean {
  return new Set(value.slice(0, 64)).size <= 2;
}

/** Reads of variables, calls, types, operators: what programs have where a configuration has the secret. */
const CODE =
  /[(){}[\]]|=>|\|\||&&|\?\?|^!|^new |^(?:process|import|os|env|config|settings|self|this|secrets|vars?|data|local|module|ctx|context|req|request|res|response|options|opts|args|params|props|state|user|session|Deno|System|Environment)\??\.|^[A-Za-z_]\w*::/;
const PATH = /^(?:\.{0,2}\/|~\/|[A-Za-z]:[\\/]|\/\/)[\w.@ /\\-]*$|^(?:[\w@.-]+\/)+[\w@-]+\.[a-z]{1,5}$|^file:/;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?$/;
const DIGEST = /^(?:sha\d{1,3}|md5|blake\w+)[-:=$]/i;
const NUMBER = /^[-+]?[\d.,_:]+(?:[a-z%]{0,3})$/i;
const URL_PLAIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s@]*$/i;
const PUBLIC = /^(?:pk_(?:live|test)_|pk\.eyJ|ssh-(?:rsa|dss|ed25519) |ecdsa-|AAAA[BCE]3NzaC1|arn:|age1[a-z0-9])/;

/** Whether a text is something else that has a shape of its own. */
function isOther(value: string): boolean {
  return (
    CODE.test(value) ||
    PATH.test(value) ||
    DATE.test(value) ||
    DIGEST.test(value) ||
    NUMBER.test(value) ||
    URL_PLAIN.test(value) ||
    PUBLIC.test(value)
  );
}

/** What people write: lower, upper or camel case, numbers and years, words with a number behind. */
const WORD = /^(?:[A-Z]?[a-z]+\d{0,3}|[A-Z]+\d{0,3}|[A-Z]*[a-z]+(?:[A-Z][a-z]+)+(?:[A-Z]{1,4})?\d{0,2}|[vV]?\d{1,4})$/;
const BETWEEN = /[-_./+=:~ @,;!]+/;
const LEAST_RANDOM = 8;

/**
 * Whether a text looks drawn at random, not written: some part of it is no word, and it uses many characters. Texts of
 * hex digits do.
 */
export function isRandom(value: string): boolean {
  let odd = 0;
  for (const part of value.split(BETWEEN)) if (!isWord(part)) odd += part.length;
  return odd >= LEAST_RANDOM && new Set(value).size >= LEAST_RANDOM;
}

const LONGEST_WORD = 24;

function isWord(part: string): boolean {
  if (!WORD.test(part)) return false;
  const humps = part.match(/[a-z][A-Z]/g)?.length ?? 0;
  return humps === 0 ? part.length <= LONGEST_WORD : humps * 4 <= part.length; // random letters change case more often
}

/** Length from which something called a token or a key can be one. */
const TOKEN_LENGTH = 16;
const PASSWORD_LENGTH = 6;

/** Whether a value of something called a token or a key is one. */
export function isToken(value: string): boolean {
  if (value.length < TOKEN_LENGTH || /\s/.test(value)) return false;
  return isRandom(value) && !isPlaceholder(value) && !isOther(value);
}

/** Whether a value of something called a password is one: no plain word, since those are mostly prose and code. */
export function isPassword(value: string): boolean {
  if (value.length < PASSWORD_LENGTH || /\s/.test(value) || isPlaceholder(value)) return false;
  if (/[^\w.-]/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value)) return !isReading(value);
  return !isOther(value) && (isRandom(value) || (/\d/.test(value) && /[A-Za-z]/.test(value) && !isNamed(value)));
}

/** Code and paths, also where they have digits and signs as passwords do. */
function isReading(value: string): boolean {
  return (
    /^[\w.$]+(?:\(|\[['"]?\w|\?\.|\.\w+\()|^[a-z_]+(?:[|:,][a-z_]+(?::\d+)?)+$|=>|\|\||&&|\)$/.test(value) ||
    PATH.test(value) ||
    DATE.test(value) ||
    DIGEST.test(value) ||
    NUMBER.test(value) ||
    URL_PLAIN.test(value) ||
    PUBLIC.test(value)
  );
}

/** Names with numbers in them: `password_v2`, `auth-2024`, `min:8`. */
function isNamed(value: string): boolean {
  const parts = value.split(BETWEEN);
  return parts.length > 1 && parts.every((part) => WORD.test(part));
}
