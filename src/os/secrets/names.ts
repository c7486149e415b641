/** What the name of a value says of it: whether it is a secret, and how sure that is. */
export type Naming = 'password' | 'token' | 'header' | undefined;

const PASSWORD = new Set(
  'password passwd passwort passphrase passcode pwd pass pw userpassword dbpassword rootpassword pgpassword mysqlpwd masterpassword'.split(
    ' ',
  ),
);
const TOKEN = new Set(
  'secret secrets token tokens apikey authkey secretkey accesskey privatekey accountkey sharedkey masterkey signingkey encryptionkey licensekey authtoken accesstoken credential credentials creds auth signature sig sas jwt bearer otp totp seed mnemonic webhook dsn cookie session sessionid sid'.split(
    ' ',
  ),
);
/** Words before `key` (or `code`) that make a key one that opens something. */
const OPENING = new Set(
  'api app access account admin auth private secret client consumer customer encryption encrypt decryption signing sign signature shared master license licence service server session subscription function host hmac aes jwt deploy deployment storage provider integration webhook write read ingest rest bot project org team user vault root unseal recovery activation registration stripe openai anthropic azure aws google gcp sendgrid mailgun twilio datadog algolia cohere mistral groq gemini claude deepseek heroku cloudflare'.split(
    ' ',
  ),
);
/** Words before a name that take the secrecy from it. */
const HARMLESS = new Set(
  'public publishable pub primary foreign cache sort partition index unique idempotency hash natural composite surrogate row column lookup dedupe dedup object translation i18n message csrf xsrf next page continuation cursor pagination prev previous sync resume max min total num count input output prompt completion cached reasoning special pad eos bos sep mask unk stop start first last tokenizer number of no has is use per show hide toggle forgot reset confirm change invalid wrong weak strong missing requires'.split(
    ' ',
  ),
);
/** Words behind a name that say which one, not what: `API_KEY_PROD`, `SECRET_KEY_BASE`, `TOKEN_2`. */
const BEHIND = new Set(
  'prod production dev development test testing stage staging live sandbox local old new current main default primary secondary backup base value raw string str hex b64 base64 encoded plain plaintext text ro rw readonly write read eu us v1 v2 v3'.split(
    ' ',
  ),
);
const HEADERS = new Set(['authorization', 'proxyauthorization', 'cookie', 'setcookie']);
const known = new Map<string, Naming>();
const MOST_KNOWN = 4096;

/** The words of a name in any convention: `dbPassword`, `DB_PASSWORD`, `db-password`, `db.password`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** A name in short, for placeholders: its last words. */
export function shortName(name: string): string {
  return wordsOf(name).slice(-3).join('_').slice(0, 48);
}

/** What a name says of its value. */
export function namingOf(name: string): Naming {
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  const naming = judge(name);
  if (known.size < MOST_KNOWN) known.set(name, naming);
  return naming;
}

function judge(name: string): Naming {
  const words = wordsOf(name);
  if (HEADERS.has(words.join(''))) return 'header';
  while (words.length > 1 && (BEHIND.has(words.at(-1) ?? '') || /^\d+$/.test(words.at(-1) ?? ''))) words.pop();
  const last = (words.at(-1) ?? '').replace(/\d+$/, '');
  const before = words.slice(0, -1);
  if (before.some((word) => HARMLESS.has(word)) && !before.includes('private') && !before.includes('secret')) {
    // `reset_password_token` is a token all the same.
    if (!(last === 'token' && words.includes('password'))) return undefined;
  }
  if (PASSWORD.has(last) || /(?:password|passwd|passphrase)$/.test(last)) return 'password';
  if (TOKEN.has(last) || /(?:secret|token|apikey|secretkey|accesskey)$/.test(last)) return 'token';
  if (last === 'key') return before.some((word) => OPENING.has(word)) || isConstant(name) ? 'token' : undefined;
  if (last === 'id') return before.at(-1) === 'session' || before.at(-1) === 'secret' ? 'token' : undefined;
  return undefined;
}

/** `STH_KEY`: in an environment a key is one that opens something. */
function isConstant(name: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name);
}
