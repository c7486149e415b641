/**
 * Tokens that tell by their beginning who issued them. Prefixes, alphabets and lengths are facts from the issuers'
 * documentation and from the rules of gitleaks (config/gitleaks.toml), TruffleHog's detectors and GitHub's list of
 * supported secret scanning patterns; the expressions are ours. Lengths are lower bounds below the real ones, so that a
 * shortened token goes too.
 */
export type TokenRule = {
  readonly kind: string;
  /** How it begins. */
  readonly at: readonly string[];
  /** What follows, as a regular expression without backtracking over more than its own length. */
  readonly body: string;
  /** The beginning alone is common: what follows must look random as well. */
  readonly common?: true;
};

const ALNUM = '[A-Za-z0-9]';
const WORD = '[A-Za-z0-9_-]';
const HEX = '[0-9a-f]';
const ANY_HEX = '[0-9A-Fa-f]';
const END = '(?![A-Za-z0-9])';
const UUID = `${ANY_HEX}{8}-${ANY_HEX}{4}-${ANY_HEX}{4}-${ANY_HEX}{4}-${ANY_HEX}{12}`;
const word = (least: number) => `${WORD}{${least},512}`;
const alnum = (least: number) => `${ALNUM}{${least},512}`;
const hex = (digits: number) => `${HEX}{${digits}}${END}`;

const rule = (kind: string, at: string, body: string): TokenRule => ({ kind, at: at.split(' '), body });
const common = (kind: string, at: string, body: string): TokenRule => ({ ...rule(kind, at, body), common: true });

const CLOUD: readonly TokenRule[] = [
  rule('aws_access_key_id', 'AKIA ASIA ABIA ACCA A3T', `[A-Z0-9]{16,17}${END}`),
  rule('aws_bedrock_key', 'ABSK', '[A-Za-z0-9+/]{60,512}={0,2}'),
  rule('aws_bedrock_key', 'bedrock-api-key-', '[A-Za-z0-9+/_=-]{40,4096}'),
  rule('aws_session_token', 'FwoGZXIvYXdz IQoJb3JpZ2lu FQoGZXIvYXdz', '[A-Za-z0-9+/=_-]{40,4096}'),
  rule('google_api_key', 'AIza', word(33)),
  rule('google_oauth_secret', 'GOCSPX-', word(20)),
  rule('google_oauth_token', 'ya29.', '[A-Za-z0-9_.-]{20,4096}'),
  rule('google_refresh_token', '1//0', word(30)),
  rule('google_hmac_key', 'GOOG1E GOOG', '[A-Z0-9]{20,64}'),
  rule('firebase_server_key', 'AAAA', `${WORD}{7}:APA91b${WORD}{100,512}`),
  rule('digitalocean_token', 'dop_v1_ doo_v1_ dor_v1_', `${HEX}{32,128}`),
  rule('alibaba_access_key_id', 'LTAI', `${ALNUM}{12,24}${END}`),
  rule('tencent_secret_id', 'AKID', `${ALNUM}{32}${END}`),
  rule('yandex_key', 'AQVN', word(35)),
  rule('cloudflare_token', 'cfut_ cfat_ cfk_', alnum(32)),
  rule('cloudflare_origin_ca_key', 'v1.0-', `${HEX}{24}-${HEX}{100,160}`),
  rule('heroku_key', 'HRKU-', word(30)),
  rule('netlify_token', 'nfp_ nfc_ nfo_ nfb_ nfu_', alnum(30)),
  rule('vercel_token', 'vcp_ vci_ vca_ vcr_ vck_', word(24)),
  { kind: 'fly_token', at: ['FlyV1 '], body: '[A-Za-z0-9+/_=,-]{40,4096}' },
  rule('fly_token', 'fm1a_ fm1r_ fm2_ fo1_', '[A-Za-z0-9+/_=-]{40,4096}'),
  rule('planetscale_token', 'pscale_tkn_ pscale_pw_ pscale_oauth_', '[A-Za-z0-9_.=-]{24,128}'),
  rule('supabase_key', 'sbp_ sb_secret_', word(20)),
  rule('neon_key', 'napi_', alnum(40)),
  rule('databricks_token', 'dapi dkea dose', `${HEX}{32}(?:-\\d)?${END}`),
  rule('vault_token', 'hvs. hvb. hvr.', word(20)),
  common('vault_token', 's. b. r.', `${ALNUM}{24}${END}(?!\\.)`),
  rule('doppler_token', 'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', '[A-Za-z0-9_.-]{30,128}'),
  rule('pulumi_token', 'pul-', `${HEX}{40}${END}`),
  rule('onepassword_token', 'ops_eyJ', '[A-Za-z0-9+/_=-]{60,4096}'),
  rule('onepassword_secret_key', 'A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'),
  rule('infracost_key', 'ico-', `${ALNUM}{32}${END}`),
  rule('openshift_token', 'sha256~', word(43)),
  rule('tailscale_key', 'tskey-', word(16)),
  rule('age_secret_key', 'AGE-SECRET-KEY-', '[A-Z0-9-]{10,80}'),
];

const CODE: readonly TokenRule[] = [
  rule('github_token', 'ghp_ gho_ ghu_ ghs_ ghr_', '[A-Za-z0-9_.-]{20,1024}'),
  rule('github_token', 'github_pat_', '[A-Za-z0-9_]{22,255}'),
  rule(
    'gitlab_token',
    'glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- gloas- glffct- glwt-',
    '[A-Za-z0-9_.=-]{16,512}',
  ),
  rule('gitlab_runner_token', 'GR1348941', word(16)),
  rule('bitbucket_token', 'ATBB ATCTT3', '[A-Za-z0-9_=-]{20,512}'),
  rule('atlassian_token', 'ATATT3 ATSTT3', '[A-Za-z0-9_=-]{20,512}'),
  rule('npm_token', 'npm_', alnum(30)),
  rule('pypi_token', 'pypi-AgE pypi-', word(50)),
  rule('rubygems_key', 'rubygems_', hex(48)),
  rule('crates_token', 'cio', `${ALNUM}{32}${END}`),
  rule('nuget_key', 'oy2', `[a-z0-9]{43}${END}`),
  rule('clojars_token', 'CLOJARS_', alnum(40)),
  rule('docker_token', 'dckr_pat_ dckr_oat_', word(20)),
  rule('artifactory_token', 'AKCp cmVmdGtu', `${ALNUM}{40,128}`),
  rule('circleci_token', 'CCIPAT_ CCIPRJ_', word(30)),
  rule('buildkite_token', 'bkua_ bkaj_', `${HEX}{32,64}`),
  rule('sonar_token', 'sqp_ squ_ sqa_', hex(40)),
  rule('sourcegraph_token', 'sgp_ slk_', '[A-Za-z0-9_]{40,100}'),
  rule('sentry_token', 'sntrys_ sntryu_', '[A-Za-z0-9+/_=-]{40,1024}'),
  rule('prefect_key', 'pnu_ pnb_', alnum(36)),
  rule('postman_key', 'PMAK-', `${ANY_HEX}{24}-${ANY_HEX}{34}`),
  rule('octopus_key', 'API-', `[A-Z0-9]{26,36}${END}`),
  rule('figma_token', 'figd_ figo_ figr_', word(30)),
  rule('linear_token', 'lin_api_ lin_oauth_ lin_wh_', alnum(32)),
  rule('notion_token', 'ntn_', alnum(40)),
  rule('notion_token', 'secret_', `${ALNUM}{43}${END}`),
  rule('airtable_token', 'pat', `${ALNUM}{14}\\.${HEX}{64}`),
  rule('contentful_token', 'CFPAT-', word(40)),
  rule('readme_key', 'rdme_', alnum(60)),
  rule('launchdarkly_key', 'sdk- api-', UUID),
];

const MODELS: readonly TokenRule[] = [
  rule('anthropic_key', 'sk-ant-', word(20)),
  rule('openai_key', 'sk-proj- sk-svcacct- sk-admin- sk-None- sk-service-', word(20)),
  rule('openrouter_key', 'sk-or-', word(20)),
  rule('langfuse_key', 'sk-lf-', word(20)),
  common('openai_key', 'sk-', word(20)),
  rule('openai_session', 'sess-', alnum(40)),
  rule('huggingface_token', 'hf_ api_org_', alnum(30)),
  rule('replicate_token', 'r8_', alnum(30)),
  rule('groq_key', 'gsk_', alnum(40)),
  rule('xai_key', 'xai-', alnum(60)),
  rule('perplexity_key', 'pplx-', alnum(40)),
  rule('together_key', 'tgp_v1_', word(30)),
  common('fireworks_key', 'fw_', alnum(22)),
  rule('langsmith_key', 'lsv2_pt_ lsv2_sk_ ls__', '[A-Za-z0-9_]{32,128}'),
  rule('pinecone_key', 'pcsk_', '[A-Za-z0-9_]{40,128}'),
  rule('tavily_key', 'tvly-', word(20)),
  rule('firecrawl_key', 'fc-', hex(32)),
  rule('brave_key', 'BSA', `${WORD}{27,28}${END}`),
  rule('nvidia_key', 'nvapi-', word(40)),
  rule('cerebras_key', 'csk-', alnum(40)),
  rule('jina_key', 'jina_', word(40)),
  common('voyage_key', 'pa-', word(40)),
  rule('wandb_key', 'wandb_v1_', word(30)),
  rule('elevenlabs_key', 'sk_', hex(48)),
];

const SERVICES: readonly TokenRule[] = [
  rule(
    'slack_token',
    'xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxc- xoxd- xoxe- xoxe.xoxb- xoxe.xoxp-',
    '[A-Za-z0-9%/+=-]{16,512}',
  ),
  rule('slack_token', 'xapp- xwfp-', '[A-Za-z0-9-]{20,512}'),
  rule(
    'slack_webhook',
    'hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/',
    '[A-Za-z0-9+/_-]{20,256}',
  ),
  rule('slack_webhook', 'hooks.slack-gov.com/services/', '[A-Za-z0-9+/_-]{20,256}'),
  rule('discord_webhook', 'discord.com/api/webhooks/ discordapp.com/api/webhooks/', '\\d{10,24}/[A-Za-z0-9_-]{20,128}'),
  rule('teams_webhook', 'webhook.office.com/', '[A-Za-z0-9@/_-]{60,512}'),
  rule('telegram_token', 'bot', '\\d{6,12}:[A-Za-z0-9_-]{30,64}'),
  rule('stripe_key', 'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', alnum(10)),
  rule('stripe_key', 'sk_org_live_ sk_org_test_', alnum(10)),
  rule('webhook_secret', 'whsec_', '[A-Za-z0-9+/_=-]{20,256}'),
  rule('square_token', 'sq0atp- sq0csp- sq0idp-', word(20)),
  common('square_token', 'EAAA', `${WORD}{60}${END}`),
  common('facebook_token', 'EAAC EAAM EAAB EAAG EAAJ', alnum(80)),
  rule('paypal_token', 'access_token$', '(?:production|sandbox)\\$[A-Za-z0-9]{10,32}\\$[0-9a-f]{20,64}'),
  rule('plaid_token', 'access-sandbox- access-development- access-production-', UUID),
  rule('shopify_token', 'shpat_ shpca_ shppa_ shpss_ shpit_ shptka_', `${ANY_HEX}{32,64}`),
  rule('twilio_key', 'SK', `${ANY_HEX}{32}${END}`),
  rule('sendgrid_key', 'SG.', '[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}'),
  rule('mailgun_key', 'key-', `${ANY_HEX}{32}${END}`),
  rule('brevo_key', 'xkeysib- xsmtpsib-', '[A-Za-z0-9-]{40,128}'),
  common('resend_key', 're_', '[A-Za-z0-9]{8,12}_[A-Za-z0-9]{20,32}'),
  rule('grafana_token', 'glsa_ glc_', '[A-Za-z0-9+/_=]{32,512}'),
  rule('new_relic_key', 'NRAK- NRII- NRIQ- NRRA- NRJS-', word(19)),
  rule('dynatrace_token', 'dt0c01. dt0s01. dt0s16.', '[A-Za-z0-9]{20,32}\\.[A-Za-z0-9]{40,80}'),
  rule('dropbox_token', 'sl.', word(100)),
  rule('mapbox_secret_token', 'sk.eyJ', '[A-Za-z0-9_-]{20,256}\\.[A-Za-z0-9_-]{16,64}'),
  rule('easypost_key', 'EZAK EZTK', alnum(50)),
  rule('shippo_token', 'shippo_live_ shippo_test_', hex(40)),
  rule('duffel_token', 'duffel_live_ duffel_test_', word(40)),
  rule('flutterwave_key', 'FLWSECK', '(?:_TEST)?-[A-Za-z0-9]{12,64}(?:-X)?'),
  rule('frameio_token', 'fio-u-', word(50)),
  rule('scalingo_token', 'tk-us-', word(40)),
  rule('typeform_token', 'tfp_', '[A-Za-z0-9_.=-]{40,128}'),
  rule('adobe_secret', 'p8e-', alnum(24)),
  rule('zapier_webhook', 'hooks.zapier.com/hooks/catch/', '\\d+/[A-Za-z0-9]{5,32}'),
  rule('sumologic_endpoint', 'collectors.sumologic.com/receiver/v1/http/', '[A-Za-z0-9_=-]{40,256}'),
  rule('jwt', 'eyJ', '[A-Za-z0-9_-]{10,8192}\\.[A-Za-z0-9_-]{10,16384}(?:\\.[A-Za-z0-9_-]{1,8192}){0,3}'),
];

export const TOKEN_RULES: readonly TokenRule[] = [...CLOUD, ...CODE, ...MODELS, ...SERVICES];

/** Tokens without a beginning of their own; one of their parts is a run of 24 or more letters, digits, `_` and `-`. */
export const TOKEN_SHAPES: readonly { readonly kind: string; readonly shape: string }[] = [
  { kind: 'discord_token', shape: '[MNO][\\w-]{23,28}\\.[\\w-]{6,7}\\.[\\w-]{27,45}(?![\\w-])' },
  { kind: 'telegram_token', shape: '\\d{8,10}:[\\w-]{35}(?![\\w-])' },
  { kind: 'facebook_token', shape: '\\d{15,16}\\|[\\w-]{27,40}(?![\\w-])' },
  { kind: 'asana_token', shape: '[12]\\/\\d{10,20}(?:\\/\\d{10,20})?:[\\da-f]{32}(?!\\w)' },
  { kind: 'mailchimp_key', shape: '[\\da-f]{32}-us\\d{1,2}(?!\\w)' },
  { kind: 'mailgun_key', shape: '[\\da-f]{32}-[\\da-f]{8}-[\\da-f]{8}(?![\\w-])' },
];

/** Tokens with a sign within or at their end: those of Azure are made for scanners. */
export const TOKENS_AROUND: readonly { readonly kind: string; readonly sign: string; readonly shape: string }[] = [
  { kind: 'azure_key', sign: 'JQQJ9', shape: '(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}(?![A-Za-z0-9])' },
  { kind: 'azure_key', sign: '+A', shape: '(?<![\\w+/])[\\w+/]{76}\\+(?:ASt|ABa|AMC|ACR|AEh|ARm|AIoT)[\\w+/]{3,8}==' },
  { kind: 'azure_key', sign: 'AzFu', shape: '(?<![\\w+/-])[\\w+/-]{44}AzFu[\\w+/-]{4,8}={0,2}(?![\\w+/=-])' },
  { kind: 'azure_key', sign: 'AzSe', shape: '(?<![A-Za-z0-9])[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}(?![A-Za-z0-9])' },
  {
    kind: 'azure_devops_token',
    sign: 'AZDO',
    shape: '(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])',
  },
  { kind: 'azure_client_secret', sign: 'Q~', shape: '(?<![\\w.~-])[\\w.~-]{3}\\dQ~[\\w.~-]{31,34}(?![\\w.~-])' },
  { kind: 'terraform_token', sign: '.atlasv1.', shape: '(?<![A-Za-z0-9])[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{40,128}' },
  { kind: 'maxmind_key', sign: '_mmk', shape: '(?<!\\w)[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk' },
];
